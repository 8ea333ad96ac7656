/* tests/unit/platforms/server.h - a server of every platform at its best: what it answers when all goes well.
 *
 * The first row that fits a request answers it. So a test can walk an operation up to any step and hand in
 * there what it wants to know the outcome of (test_refusals.c), or spoil what was right (test_fuzz.c). */
#ifndef MASTHEAD_TESTS_PLATFORMS_SERVER_H
#define MASTHEAD_TESTS_PLATFORMS_SERVER_H

#include "rig.h"

#define ANY_OP (-1)
#define ANY_METHOD (-1)
#define DID "did:plc:alice234"
#define WHEN "2026-09-21T14:13:21.000Z"
#define WHEN_GRAPH "2026-09-21T14:13:21+0000"
#define BLOB \
	"{\"$type\":\"blob\",\"ref\":{\"$link\":\"bafkreia\"},\"mimeType\":\"image/png\",\"size\":1000}"
#define SESSION \
	"{\"accessJwt\":\"sekrit.e30.x\",\"refreshJwt\":\"sekrit.e30.r\",\"handle\":\"alice.test\"," \
	"\"did\":\"" DID "\",\"active\":true}"
#define LINKEDIN_UPLOAD "https://www.linkedin.com/dms-uploads/x"
#define META_TOKEN "{\"access_token\":\"sekrit\",\"token_type\":\"bearer\",\"expires_in\":5183944}"
#define WHERE_POSTS "accounts/1/locations/2/localPosts"
#define MESSAGE(n) \
	"{\"message_id\":" n ",\"date\":1,\"chat\":{\"id\":-1001234567890,\"username\":\"news\"}}"

struct good {
	const char *platform;
	int op, method;
	const char *url; /* a part of the request's address */
	int status;
	const char *headers;
	/* "@RKEY@" is the key of the record that the request names, "@AT@" where a video goes on. */
	const char *body;
};

/* clang-format off */
static const struct good good_answers[] = {
	{"bluesky", ANY_OP, ANY_METHOD, "createSession", 200, NULL, SESSION},
	{"bluesky", ANY_OP, ANY_METHOD, "refreshSession", 200, NULL, SESSION},
	{"bluesky", ANY_OP, ANY_METHOD, "getSession", 200, NULL, SESSION},
	{"bluesky", ANY_OP, ANY_METHOD, "deleteSession", 200, NULL, "{}"},
	{"bluesky", ANY_OP, ANY_METHOD, "describeServer", 200, NULL, "{\"did\":\"did:web:a\",\"blobUploadLimit\":52428800}"},
	{"bluesky", ANY_OP, ANY_METHOD, "resolveHandle", 200, NULL, "{\"did\":\"did:plc:bob\"}"},
	{"bluesky", ANY_OP, ANY_METHOD, "repo.uploadBlob?", 200, NULL, "{\"blob\":" BLOB "}"},
	{"bluesky", ANY_OP, ANY_METHOD, "getServiceAuth", 200, NULL, "{\"token\":\"sekrit.e30.x\"}"},
	{"bluesky", ANY_OP, ANY_METHOD, "uploadVideo", 200, NULL, "{\"jobStatus\":{\"jobId\":\"j1\",\"state\":\"JOB_STATE_CREATED\"}}"},
	{"bluesky", ANY_OP, ANY_METHOD, "getJobStatus", 200, NULL, "{\"jobStatus\":{\"jobId\":\"j1\",\"state\":\"JOB_STATE_COMPLETED\",\"blob\":" BLOB "}}"},
	{"bluesky", ANY_OP, ANY_METHOD, "uploadBlob", 200, NULL, "{\"blob\":" BLOB "}"},
	{"bluesky", ANY_OP, ANY_METHOD, "Record", 200, NULL, "{\"uri\":\"at://" DID "/app.bsky.feed.post/@RKEY@\",\"cid\":\"bafyc\",\"value\":{}}"},
	{"mastodon", ANY_OP, ANY_METHOD, "/api/v1/apps", 200, NULL, "{\"id\":\"5\",\"client_id\":\"cl\",\"client_secret\":\"sekrit\"}"},
	{"mastodon", ANY_OP, ANY_METHOD, "/oauth/token", 200, NULL, "{\"access_token\":\"sekrit\",\"token_type\":\"Bearer\",\"scope\":\"profile read:statuses write:statuses write:media\",\"created_at\":1}"},
	{"mastodon", ANY_OP, ANY_METHOD, "/oauth/revoke", 200, NULL, "{}"},
	{"mastodon", ANY_OP, ANY_METHOD, "verify_credentials", 200, NULL, "{\"id\":\"109\",\"acct\":\"alice\",\"username\":\"alice\",\"url\":\"https://server.example/@alice\"}"},
	{"mastodon", ANY_OP, ANY_METHOD, "/instance", 200, NULL, "{\"version\":\"4.3.0\",\"configuration\":{\"statuses\":{\"max_characters\":500,\"max_media_attachments\":4,\"characters_reserved_per_url\":23},\"media_attachments\":{\"image_size_limit\":16777216}}}"},
	{"mastodon", ANY_OP, HTTP_GET, "/api/v1/media/", 200, NULL, "{\"id\":\"7\",\"url\":\"https://server.example/7\"}"},
	{"mastodon", ANY_OP, ANY_METHOD, "/media", 202, NULL, "{\"id\":\"7\",\"url\":null}"},
	{"mastodon", OP_SETTLE, HTTP_GET, "/statuses", 200, NULL, "[{\"id\":\"113\",\"created_at\":\"" WHEN "\",\"content\":\"<p>hi</p>\",\"spoiler_text\":\"\",\"media_attachments\":[],\"url\":\"https://server.example/@alice/113\"}]"},
	{"mastodon", ANY_OP, HTTP_GET, "/statuses", 200, NULL, "[{\"id\":\"100\"}]"},
	{"mastodon", ANY_OP, ANY_METHOD, "/statuses", 200, NULL, "{\"id\":\"113\",\"url\":\"https://server.example/@alice/113\",\"account\":{\"id\":\"109\"}}"},
	{"x", ANY_OP, ANY_METHOD, "/oauth2/token", 200, NULL, "{\"token_type\":\"bearer\",\"expires_in\":7200,\"access_token\":\"sekrit-a\",\"refresh_token\":\"sekrit-r\",\"scope\":\"tweet.read tweet.write users.read media.write offline.access\"}"},
	{"x", ANY_OP, ANY_METHOD, "/oauth2/revoke", 200, NULL, "{\"revoked\":true}"},
	{"x", ANY_OP, ANY_METHOD, "/users/me", 200, NULL, "{\"data\":{\"id\":\"2244994945\",\"name\":\"Alice\",\"username\":\"alice\"}}"},
	{"x", ANY_OP, ANY_METHOD, "/users/", 200, NULL, "{\"data\":[{\"id\":\"71\",\"text\":\"hi\",\"created_at\":\"" WHEN "\"}],\"meta\":{\"result_count\":1}}"},
	{"x", ANY_OP, ANY_METHOD, "/append", 200, NULL, "{\"data\":{\"expires_at\":1}}"},
	{"x", ANY_OP, ANY_METHOD, "/finalize", 200, NULL, "{\"data\":{\"id\":\"71\",\"processing_info\":{\"state\":\"pending\",\"check_after_secs\":3}}}"},
	{"x", ANY_OP, HTTP_GET, "/media/upload", 200, NULL, "{\"data\":{\"id\":\"71\",\"processing_info\":{\"state\":\"succeeded\"}}}"},
	{"x", ANY_OP, ANY_METHOD, "/media/upload", 200, NULL, "{\"data\":{\"id\":\"71\",\"media_key\":\"3_71\",\"expires_after_secs\":86400}}"},
	{"x", ANY_OP, ANY_METHOD, "/media/metadata", 200, NULL, "{\"data\":{\"id\":\"71\"}}"},
	{"x", ANY_OP, HTTP_DELETE, "/tweets/", 200, NULL, "{\"data\":{\"deleted\":true}}"},
	{"x", ANY_OP, ANY_METHOD, "/tweets", 201, NULL, "{\"data\":{\"id\":\"1800000000000000001\",\"text\":\"hi\"}}"},
	{"linkedin", ANY_OP, ANY_METHOD, "/accessToken", 200, NULL, "{\"access_token\":\"sekrit\",\"refresh_token\":\"sekrit2\",\"refresh_token_expires_in\":31536000,\"expires_in\":5184000,\"scope\":\"openid,profile,w_member_social,w_organization_social,r_organization_social\"}"},
	{"linkedin", ANY_OP, ANY_METHOD, "/revoke", 200, NULL, ""},
	{"linkedin", ANY_OP, ANY_METHOD, "/userinfo", 200, NULL, "{\"sub\":\"abc\",\"name\":\"Alice Example\"}"},
	{"linkedin", ANY_OP, ANY_METHOD, "Acls?", 200, NULL, "{\"elements\":[{\"organizationalTarget\":\"urn:li:organization:5\",\"organization\":\"urn:li:organization:5\",\"role\":\"ADMINISTRATOR\"}]}"},
	{"linkedin", ANY_OP, ANY_METHOD, "/images?action=", 200, NULL, "{\"value\":{\"uploadUrl\":\"" LINKEDIN_UPLOAD "\",\"image\":\"urn:li:image:C4\"}}"},
	{"linkedin", ANY_OP, ANY_METHOD, "/videos?action=init", 200, NULL, "{\"value\":{\"video\":\"urn:li:video:V\",\"uploadToken\":\"t\",\"uploadInstructions\":[{\"uploadUrl\":\"" LINKEDIN_UPLOAD "?a\",\"firstByte\":0,\"lastByte\":399},{\"uploadUrl\":\"" LINKEDIN_UPLOAD "?b\",\"firstByte\":400,\"lastByte\":999}]}}"},
	{"linkedin", ANY_OP, ANY_METHOD, "/videos?action=fin", 200, NULL, ""},
	{"linkedin", ANY_OP, ANY_METHOD, "dms-uploads", 201, "ETag: e1\n", ""},
	{"linkedin", ANY_OP, HTTP_GET, "/rest/images/", 200, NULL, "{\"status\":\"AVAILABLE\"}"},
	{"linkedin", ANY_OP, HTTP_GET, "/rest/videos/", 200, NULL, "{\"status\":\"AVAILABLE\"}"},
	{"linkedin", ANY_OP, HTTP_GET, "/rest/posts", 200, NULL, "{\"elements\":[{\"id\":\"urn:li:share:7\",\"commentary\":\"hi\",\"createdAt\":1790000001000}]}"},
	{"linkedin", ANY_OP, HTTP_DELETE, "/rest/posts", 204, NULL, ""},
	{"linkedin", ANY_OP, ANY_METHOD, "/comments", 201, "x-restli-id: 9\n", "{\"id\":\"9\"}"},
	{"linkedin", ANY_OP, ANY_METHOD, "/rest/posts", 201, "x-restli-id: urn:li:share:7\n", ""},
	{"facebook", ANY_OP, ANY_METHOD, "oauth/access_token", 200, NULL, META_TOKEN},
	{"facebook", ANY_OP, ANY_METHOD, "debug_token", 200, NULL, "{\"data\":{\"app_id\":\"99\",\"type\":\"USER\",\"is_valid\":true,\"expires_at\":0,\"user_id\":\"5\",\"profile_id\":\"111\",\"scopes\":[\"pages_show_list\",\"pages_manage_posts\",\"pages_read_engagement\",\"pages_manage_engagement\"]}}"},
	{"facebook", ANY_OP, ANY_METHOD, "/me/accounts", 200, NULL, "{\"data\":[{\"access_token\":\"sekrit-p\",\"id\":\"111\",\"name\":\"Shop\",\"tasks\":[\"MODERATE\",\"CREATE_CONTENT\"]}],\"paging\":{\"cursors\":{\"before\":\"a\",\"after\":\"b\"}}}"},
	{"facebook", ANY_OP, ANY_METHOD, "/permissions", 200, NULL, "{\"success\":true}"},
	{"facebook", OP_PUBLISH, ANY_METHOD, "/videos", 200, NULL, "{\"upload_session_id\":\"77\",\"video_id\":\"55\",\"start_offset\":\"@AT@\",\"end_offset\":\"1000\",\"success\":true}"},
	{"facebook", OP_PUBLISH, ANY_METHOD, "/video_reels", 200, NULL, "{\"video_id\":\"55\",\"upload_url\":\"https://rupload.facebook.com/video-upload/v26.0/55\",\"success\":true,\"post_id\":\"333\"}"},
	{"facebook", ANY_OP, ANY_METHOD, "rupload", 200, NULL, "{\"success\":true}"},
	{"facebook", ANY_OP, ANY_METHOD, "/photos", 200, NULL, "{\"id\":\"44\"}"},
	{"facebook", ANY_OP, ANY_METHOD, "/feed", 200, NULL, "{\"id\":\"111_222\"}"},
	{"facebook", ANY_OP, ANY_METHOD, "/published_posts", 200, NULL, "{\"data\":[{\"id\":\"111_222\",\"message\":\"hi\",\"created_time\":\"" WHEN_GRAPH "\"}]}"},
	{"facebook", ANY_OP, ANY_METHOD, "/comments", 200, NULL, "{\"id\":\"222_9\"}"},
	{"facebook", ANY_OP, HTTP_DELETE, "", 200, NULL, "{\"success\":true}"},
	{"facebook", ANY_OP, ANY_METHOD, "/me?", 200, NULL, "{\"id\":\"111\",\"name\":\"Shop\",\"category\":\"x\",\"permalink_url\":\"https://www.facebook.com/x\"}"},
	{"facebook", ANY_OP, ANY_METHOD, "", 200, NULL, "{\"id\":\"111\",\"name\":\"Shop\",\"access_token\":\"sekrit-p\",\"permalink_url\":\"https://www.facebook.com/111/222\",\"published\":true,\"status\":{\"video_status\":\"ready\"}}"},
	{"instagram", ANY_OP, ANY_METHOD, "access_token", 200, NULL, "{\"access_token\":\"sekrit\",\"user_id\":17841,\"token_type\":\"bearer\",\"expires_in\":5184000,\"permissions\":\"instagram_business_basic,instagram_business_content_publish\"}"},
	{"instagram", ANY_OP, ANY_METHOD, "debug_token", 200, NULL, "{\"data\":{\"is_valid\":true,\"type\":\"USER\",\"scopes\":[\"instagram_basic\",\"instagram_content_publish\",\"pages_show_list\"]}}"},
	{"instagram", ANY_OP, ANY_METHOD, "/me?", 200, NULL, "{\"user_id\":\"17841\",\"username\":\"shop\"}"},
	{"instagram", ANY_OP, ANY_METHOD, "/media_publish", 200, NULL, "{\"id\":\"1791\"}"},
	{"instagram", ANY_OP, HTTP_POST, "/media", 200, NULL, "{\"id\":\"900\"}"},
	{"instagram", ANY_OP, HTTP_GET, "/media?", 200, NULL, "{\"data\":[{\"id\":\"1791\",\"caption\":\"hi\",\"timestamp\":\"" WHEN_GRAPH "\",\"permalink\":\"https://www.instagram.com/p/abc/\"}]}"},
	{"instagram", OP_SETTLE, ANY_METHOD, "status_code", 200, NULL, "{\"status_code\":\"PUBLISHED\",\"status\":\"Published\",\"id\":\"900\"}"},
	{"instagram", ANY_OP, ANY_METHOD, "status_code", 200, NULL, "{\"status_code\":\"FINISHED\",\"status\":\"Finished\",\"id\":\"900\"}"},
	{"instagram", ANY_OP, ANY_METHOD, "permalink", 200, NULL, "{\"permalink\":\"https://www.instagram.com/p/abc/\",\"id\":\"1791\"}"},
	{"instagram", ANY_OP, ANY_METHOD, "/comments", 200, NULL, "{\"id\":\"9\"}"},
	{"instagram", ANY_OP, HTTP_DELETE, "", 200, NULL, "{\"success\":true,\"deleted_id\":\"1791\"}"},
	{"threads", ANY_OP, ANY_METHOD, "access_token", 200, NULL, "{\"access_token\":\"sekrit\",\"user_id\":314,\"token_type\":\"bearer\",\"expires_in\":5184000}"},
	{"threads", ANY_OP, ANY_METHOD, "debug_token", 200, NULL, "{\"data\":{\"is_valid\":true,\"scopes\":[\"threads_basic\",\"threads_content_publish\"]}}"},
	{"threads", ANY_OP, ANY_METHOD, "/me?", 200, NULL, "{\"id\":\"314\",\"username\":\"shop\"}"},
	{"threads", ANY_OP, ANY_METHOD, "/threads_publish", 200, NULL, "{\"id\":\"1791\"}"},
	{"threads", ANY_OP, HTTP_GET, "/threads?", 200, NULL, "{\"data\":[{\"id\":\"1791\",\"text\":\"hi\",\"timestamp\":\"" WHEN_GRAPH "\",\"permalink\":\"https://www.threads.com/@shop/post/abc\"}]}"},
	{"threads", ANY_OP, ANY_METHOD, "/threads", 200, NULL, "{\"id\":\"900\"}"},
	{"threads", ANY_OP, ANY_METHOD, "permalink", 200, NULL, "{\"permalink\":\"https://www.threads.com/@shop/post/abc\",\"id\":\"1791\"}"},
	{"threads", ANY_OP, HTTP_DELETE, "", 200, NULL, "{\"success\":true}"},
	{"threads", OP_SETTLE, ANY_METHOD, "fields=status", 200, NULL, "{\"status\":\"PUBLISHED\",\"id\":\"900\"}"},
	{"threads", ANY_OP, ANY_METHOD, "fields=status", 200, NULL, "{\"status\":\"FINISHED\",\"id\":\"900\"}"},
	{"google_business", ANY_OP, ANY_METHOD, "/token", 200, NULL, "{\"access_token\":\"sekrit\",\"expires_in\":3599,\"refresh_token\":\"sekrit2\",\"scope\":\"https://www.googleapis.com/auth/business.manage\",\"token_type\":\"Bearer\"}"},
	{"google_business", ANY_OP, ANY_METHOD, "/revoke", 200, NULL, "{}"},
	{"google_business", ANY_OP, ANY_METHOD, "/locations?", 200, NULL, "{\"locations\":[{\"name\":\"locations/2\",\"title\":\"Shop\",\"metadata\":{\"canOperateLocalPost\":true}}]}"},
	{"google_business", ANY_OP, ANY_METHOD, "/v1/accounts", 200, NULL, "{\"accounts\":[{\"name\":\"accounts/1\"}]}"},
	{"google_business", ANY_OP, ANY_METHOD, "/v1/locations/", 200, NULL, "{\"name\":\"locations/2\",\"title\":\"Shop\",\"metadata\":{\"canOperateLocalPost\":true}}"},
	{"google_business", ANY_OP, HTTP_DELETE, "", 200, NULL, "{}"},
	{"google_business", ANY_OP, HTTP_GET, "localPosts?", 200, NULL, "{\"localPosts\":[{\"name\":\"" WHERE_POSTS "/33\",\"topicType\":\"STANDARD\",\"summary\":\"hi\",\"state\":\"LIVE\",\"createTime\":\"" WHEN "\"}]}"},
	{"google_business", ANY_OP, HTTP_GET, "localPosts/", 200, NULL, "{\"name\":\"" WHERE_POSTS "/33\",\"state\":\"LIVE\",\"searchUrl\":\"https://local.google.com/33\"}"},
	{"google_business", ANY_OP, ANY_METHOD, "localPosts", 200, NULL, "{\"name\":\"" WHERE_POSTS "/33\",\"state\":\"PROCESSING\"}"},
	{"pinterest", ANY_OP, ANY_METHOD, "/oauth/token", 200, NULL, "{\"access_token\":\"sekrit\",\"refresh_token\":\"sekrit2\",\"expires_in\":2592000,\"refresh_token_expires_in\":5184000,\"scope\":\"boards:read boards:write pins:read pins:write user_accounts:read\",\"token_type\":\"bearer\"}"},
	{"pinterest", ANY_OP, ANY_METHOD, "/user_account", 200, NULL, "{\"id\":\"77\",\"username\":\"alice\",\"account_type\":\"BUSINESS\"}"},
	{"pinterest", ANY_OP, ANY_METHOD, "/pins?", 200, NULL, "{\"items\":[{\"id\":\"2\",\"title\":\"\",\"description\":\"hi\",\"link\":null,\"created_at\":\"2026-09-21T14:13:21\"}],\"bookmark\":null}"},
	{"pinterest", ANY_OP, ANY_METHOD, "/boards?", 200, NULL, "{\"items\":[{\"id\":\"123\",\"name\":\"Cats\"}],\"bookmark\":null}"},
	{"pinterest", ANY_OP, ANY_METHOD, "/boards/", 200, NULL, "{\"id\":\"123\",\"name\":\"Cats\"}"},
	{"pinterest", ANY_OP, HTTP_GET, "/media/", 200, NULL, "{\"media_id\":\"52\",\"status\":\"succeeded\"}"},
	{"pinterest", ANY_OP, ANY_METHOD, "/media", 201, NULL, "{\"media_id\":\"52\",\"media_type\":\"video\",\"upload_url\":\"https://s3.example/up\",\"upload_parameters\":{\"key\":\"uploads/x\",\"x-amz-security-token\":\"sekrit\"}}"},
	{"pinterest", ANY_OP, ANY_METHOD, "s3.example", 204, NULL, ""},
	{"pinterest", ANY_OP, HTTP_DELETE, "/pins/", 204, NULL, ""},
	{"pinterest", ANY_OP, ANY_METHOD, "/pins", 201, NULL, "{\"id\":\"2\"}"},
	{"telegram", ANY_OP, ANY_METHOD, "/getMe", 200, NULL, "{\"ok\":true,\"result\":{\"id\":42,\"is_bot\":true,\"username\":\"news_bot\"}}"},
	{"telegram", ANY_OP, ANY_METHOD, "/getChatMember", 200, NULL, "{\"ok\":true,\"result\":{\"status\":\"administrator\",\"can_post_messages\":true}}"},
	{"telegram", ANY_OP, ANY_METHOD, "/sendMediaGroup", 200, NULL, "{\"ok\":true,\"result\":[" MESSAGE("7") "," MESSAGE("8") "]}"},
	{"telegram", ANY_OP, ANY_METHOD, "/send", 200, NULL, "{\"ok\":true,\"result\":" MESSAGE("7") "}"},
	{"telegram", ANY_OP, ANY_METHOD, "/delete", 200, NULL, "{\"ok\":true,\"result\":true}"},
	{"discord", ANY_OP, HTTP_DELETE, "", 204, NULL, ""},
	{"discord", ANY_OP, HTTP_POST, "", 200, NULL, "{\"id\":\"700\",\"channel_id\":\"299\",\"timestamp\":\"x\"}"},
	{"discord", ANY_OP, ANY_METHOD, "", 200, NULL, "{\"id\":\"223704706495545344\",\"name\":\"News\",\"guild_id\":\"199\",\"channel_id\":\"299\",\"token\":\"sekrit\"}"},
};

/* Who posts where. */
static const struct {
	const char *platform, *server, *account, *account_id, *facts, *remote_id, *login_name, *choice;
} good_accounts[] = {
	{"bluesky", "https://bsky.social", "alice.test", DID, NULL, "at://" DID "/app.bsky.feed.post/3mxkzm3ujs22k", "alice.test", NULL},
	{"mastodon", "https://server.example", "alice", "109", "{\"keys\":true}", "113", NULL, NULL},
	{"x", "https://api.x.com", "alice", "2244994945", NULL, "1800000000000000001", NULL, NULL},
	{"linkedin", "https://api.linkedin.com", "page 5", "urn:li:organization:5", NULL, "urn:li:share:7", NULL, "urn:li:organization:5"},
	{"facebook", "https://graph.facebook.com", "Shop", "111", NULL, "111_222", NULL, NULL},
	{"instagram", "https://graph.instagram.com", "shop", "17841", NULL, "1791", NULL, NULL},
	{"google_business", "https://mybusiness.googleapis.com", "Shop", "accounts/1/locations/2", NULL, WHERE_POSTS "/33", NULL, NULL},
	{"threads", "https://graph.threads.net", "shop", "314", NULL, "1791", NULL, NULL},
	{"pinterest", "https://api.pinterest.com", "alice: Cats", "123", NULL, "2", NULL, "123"},
	{"telegram", "https://api.telegram.org", "news", "@news", "{\"bot\":\"42\"}", "-1001234567890/7", "news", NULL},
	{"discord", "https://discord.com/api/webhooks/223704706495545344", "News", "223704706495545344", "{\"guild\":\"199\",\"channel\":\"299\"}", "700", NULL, NULL},
};
/* clang-format on */

enum server_post { POST_TEXT, POST_IMAGE, POST_IMAGES, POST_VIDEO, POST_KINDS };

/* A connection and a post that the platform takes. key: room for PLATFORM_KEY_SIZE, lives as long as the rig. */
static inline void server_begin(struct rig *r, const struct platform *p, enum platform_op op,
				enum server_post kind, char *key)
{
	static const struct oauth_in client = {.client_id = "client",
					       .has_secret = true,
					       .redirect_uri = "http://127.0.0.1:8123/x",
					       .state = "st",
					       .challenge = "ch",
					       .client_name = "Masthead"};
	static const char *const urls[] = {"https://media.example/a", "https://media.example/b"};
	size_t i = 0;

	rig_init(r, p, op);
	p->make_key(NOW, key, PLATFORM_KEY_SIZE);
	while (strcmp(good_accounts[i].platform, p->name) != 0)
		assert_true(++i < COUNT_OF(good_accounts));
	r->conn.server = good_accounts[i].server;
	r->conn.account = good_accounts[i].account;
	r->conn.account_id = good_accounts[i].account_id;
	r->conn.facts = good_accounts[i].facts;
	r->conn.refreshable = true;
	r->in.remote_id = op == OP_TAKEDOWN ? good_accounts[i].remote_id : NULL;
	r->in.login_name = good_accounts[i].login_name;
	r->in.choice = good_accounts[i].choice;
	r->in.oauth = &client;
	r->in.key = key;
	r->in.media_urls = urls;
	r->post.text = "hi";
	if (kind == POST_IMAGE || kind == POST_IMAGES)
		rig_add_file(r, 'a', "image/jpeg", 1000, "A cat");
	if (kind == POST_IMAGES)
		rig_add_file(r, 'b', "image/jpeg", 1000, NULL);
	if (kind == POST_VIDEO)
		rig_add_file(r, 'a', "video/mp4", 1000, NULL);
}

/* The row that answers what is asked for; NULL: no server knows it. */
static inline const struct good *server_row(const struct rig *r)
{
	for (size_t i = 0; i < COUNT_OF(good_answers); i++) {
		const struct good *g = &good_answers[i];

		if (strcmp(g->platform, r->platform->name) == 0 &&
		    (g->op == ANY_OP || g->op == (int)r->in.op) &&
		    (g->method == ANY_METHOD || g->method == (int)r->out.request->method) &&
		    strstr(r->out.request->url.bytes, g->url) != NULL)
			return g;
	}
	return NULL;
}

/* Its body, written for this request. */
static inline void server_body(const struct rig *r, const struct good *g, struct strbuf *b)
{
	const struct http_request *q = r->out.request;
	const char *hole = strchr(g->body, '@'), *what = strstr(q->url.bytes, "rkey=");
	struct json *j = NULL;

	if (hole == NULL || (strncmp(hole, "@RKEY@", 6) != 0 && strncmp(hole, "@AT@", 4) != 0)) {
		strbuf_puts(b, g->body);
		return;
	}
	if (hole[1] == 'A')
		what = q->n_parts > 0 ? "1000" : "0";
	else if (what != NULL)
		what += 5;
	else if (json_parse(q->body.bytes, q->body.len, JSON_BYTES_MAX, &j, NULL) == OK)
		what = json_str(j, "rkey");
	strbuf_printf(b, "%.*s%.13s%s", (int)(hole - g->body), g->body, what != NULL ? what : "",
		      strchr(hole + 1, '@') + 1);
	json_free(&j);
}

static inline struct http_response *server_good(const struct rig *r)
{
	const struct good *g = server_row(r);
	struct http_response *answer;
	struct strbuf b;

	if (g == NULL)
		return http_response_make(404, NULL, "");
	strbuf_init(&b, JSON_BYTES_MAX);
	server_body(r, g, &b);
	answer = http_response_make(g->status, g->headers, b.data);
	strbuf_free(&b);
	return answer;
}

#endif
