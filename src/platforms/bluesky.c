/* platforms/bluesky.c - Bluesky and other servers of the AT protocol: facts, checks, the way to the operations. */
#include "platforms/bluesky.h"

#include <string.h>

#include "base/text.h"
#include "platforms/chain.h"
#include "platforms/tid.h"

#define TEXT_GRAPHEMES_MAX 300
#define TEXT_BYTES_MAX 3000
#define ALT_GRAPHEMES_MAX 2000
#define IMAGES_MAX 4
/* What Bluesky's own servers take; others may still be of a version that takes half. */
#define IMAGE_BYTES_MAX 2000000
#define IMAGE_BYTES_MAX_ELSEWHERE 1000000

static const char *const media_types[] = {"image/jpeg", "image/png", "image/webp",
					  "image/gif",  "video/mp4", NULL};

struct http_request *bluesky_call(const struct step_in *in, struct step_out *out,
				  enum http_method method, const char *nsid)
{
	struct http_request *r = http_request_new(method);
	const char *base = adapter_base(in, BLUESKY_SERVER);

	/* A login asks the server that was named, not what an earlier login was told. */
	if (in->op == OP_LOGIN && (in->api_base == NULL || in->api_base[0] == '\0'))
		base = in->conn->server != NULL ? in->conn->server : BLUESKY_SERVER;
	http_url(r, "%s/xrpc/%s", base, nsid);
	http_header(r, "Accept", "application/json");
	out->request = r;
	out->verdict = STEP_SEND;
	out->commit_like = false;
	return r;
}

static void make_key(int64_t now_ms, char *out, size_t size)
{
	tid_make(now_ms, out, size);
}

static int64_t measure_one(const struct post *post, const struct connection *conn)
{
	(void)conn;
	return post->text != NULL ? (int64_t)text_graphemes(post->text, strlen(post->text)) : 0;
}

bool bluesky_is_own(const struct connection *conn)
{
	const char *url = conn != NULL ? (conn->endpoint != NULL ? conn->endpoint : conn->server)
				       : NULL;
	char host[256];
	size_t n;

	if (url == NULL)
		return true;
	adapter_host(url, host, sizeof(host));
	n = strlen(host);
	return strcmp(host, "bsky.social") == 0 ||
	       (n > 13 && strcmp(host + n - 13, ".bsky.network") == 0);
}

/* The largest file that the account's server has said it takes, or otherwise. */
static int64_t told_bytes_max(const struct connection *conn, int64_t otherwise)
{
	const char *facts = conn != NULL ? conn->facts : NULL;
	struct json *j = NULL;
	int64_t told;

	if (facts == NULL || json_parse(facts, strlen(facts), JSON_BYTES_MAX, &j, NULL) != OK)
		return otherwise;
	told = json_int(j, "blob_bytes_max", 0);
	json_free(&j);
	return told > 0 ? told : otherwise;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* A video goes to a service of its own where the account is at Bluesky, else it is a file like any other. */
static int64_t bytes_max(const struct connection *conn, bool video)
{
	bool own = bluesky_is_own(conn);

	if (video)
		return own ? BLUESKY_VIDEO_BYTES_MAX
			   : least(BLUESKY_VIDEO_BYTES_MAX,
				   told_bytes_max(conn, BLUESKY_BLOB_BYTES_MAX));
	return least(own ? IMAGE_BYTES_MAX : IMAGE_BYTES_MAX_ELSEWHERE,
		     told_bytes_max(conn, IMAGE_BYTES_MAX));
}

static void check_media(const struct post *post, const struct connection *conn,
			struct problems *out)
{
	size_t videos = 0;

	for (size_t i = 0; i < post->n_media; i++) {
		bool video = adapter_is_video(&post->media[i]);

		adapter_check_file(&post->media[i], media_types, bytes_max(conn, video),
				   ALT_GRAPHEMES_MAX, UNIT_GRAPHEMES, out);
		videos += video;
	}
	if (videos > 0 && post->n_media > 1)
		problem_add(out, "media", 1, (int64_t)post->n_media,
			    "a video is the only file of its post");
	else if (post->n_media > IMAGES_MAX)
		problem_add(out, "media", IMAGES_MAX, (int64_t)post->n_media,
			    "%zu files are more than the %lld that a post may have", post->n_media,
			    (long long)IMAGES_MAX);
}

/* There are none: said by name, for other platforms have them. */
static void check_no_poll(const struct post *post, struct problems *out)
{
	if (adapter_option(out->arena, post, "bluesky", "poll") != NULL)
		problem_add(out, "option", 0, 0, "Bluesky has no polls");
}

static const char *const options[] = {CHAIN_OPTION, "poll", NULL};

static void check_one(const struct post *post, const struct connection *conn, struct problems *out)
{
	const char *text = post->text != NULL ? post->text : "";
	int64_t graphemes = measure_one(post, conn), bytes = (int64_t)strlen(text);
	bool linked = post->link != NULL && post->link[0] != '\0';

	adapter_check_text(post, out);
	if (graphemes > TEXT_GRAPHEMES_MAX)
		problem_add(out, "text", TEXT_GRAPHEMES_MAX, graphemes,
			    "the text has %lld characters, more than the %d that Bluesky takes",
			    (long long)graphemes, TEXT_GRAPHEMES_MAX);
	if (bytes > TEXT_BYTES_MAX)
		problem_add(out, "text", TEXT_BYTES_MAX, bytes,
			    "the text has %lld bytes, more than the %d that Bluesky takes",
			    (long long)bytes, TEXT_BYTES_MAX);
	check_media(post, conn, out);
	if (linked && post->n_media > 0 && strstr(text, post->link) == NULL)
		problem_add(
			out, "link", 0, 0,
			"Bluesky shows files or a link card, not both: put the link into the text");
	if (post->title != NULL && !text_is_plain(post->title, strlen(post->title), NULL))
		problem_add(out, "title", 0, 0, "the title is no plain text");
	adapter_check_public(post, bluesky_platform.title, out);
	adapter_check_no_comment(post, bluesky_platform.title, out);
	check_no_poll(post, out);
	adapter_check_options(post, "bluesky", options, out);
}

static const char *key_of_part(struct arena *a, const char *key, size_t i)
{
	char *out = arena_alloc(a, TID_LENGTH + 1);

	return tid_after(key, (unsigned)i, out, TID_LENGTH + 1) ? out : key;
}

/* An answer names a version, too. */
static bool is_answerable(const struct step_out *out, struct json *state)
{
	(void)state;
	return out->remote_version != NULL;
}

static const struct chain chain = {
	.platform = "bluesky",
	.publish = bluesky_publish,
	.settle = bluesky_settle,
	.takedown = bluesky_takedown,
	.validate = check_one,
	.measure = measure_one,
	.key = key_of_part,
	.answerable = is_answerable,
};

static void publish(const struct step_in *in, struct step_out *out)
{
	chain_publish(&chain, in, out);
}

static void settle(const struct step_in *in, struct step_out *out)
{
	chain_settle(&chain, in, out);
}

static void takedown(const struct step_in *in, struct step_out *out)
{
	chain_takedown(&chain, in, out);
}

static void validate(const struct post *post, const struct connection *conn, struct problems *out)
{
	chain_validate(&chain, post, conn, out);
}

static size_t parts(const struct post *post, struct arena *a, const struct post **out)
{
	return chain_parts(&chain, post, a, out);
}

static int64_t measure(const struct post *post, const struct connection *conn)
{
	return chain_measure(&chain, post, conn);
}

static void step(const struct step_in *in, struct step_out *out)
{
	static adapter_operation *const operations[OP_COUNT] = {
		[OP_LOGIN] = bluesky_login,   [OP_REFRESH] = bluesky_refresh,
		[OP_VERIFY] = bluesky_verify, [OP_REVOKE] = bluesky_revoke,
		[OP_PUBLISH] = publish,       [OP_SETTLE] = settle,
		[OP_TAKEDOWN] = takedown,     [OP_FACTS] = bluesky_facts,
	};

	adapter_run(operations, in, out);
}

const struct platform bluesky_platform = {
	.name = "bluesky",
	.title = "Bluesky",
	.logins = LOGIN_APP_PASSWORD,
	.default_server = BLUESKY_SERVER,
	.server_is_choice = true,
	.scopes = "",
	.version = "",
	.limits =
		{
			.thread_parts_max = CHAIN_PARTS_MAX,
			.text_max = TEXT_GRAPHEMES_MAX,
			.text_unit = UNIT_GRAPHEMES,
			.text_bytes_max = TEXT_BYTES_MAX,
			.alt_max = ALT_GRAPHEMES_MAX,
			.images_max = IMAGES_MAX,
			.videos_max = 1,
			.image_bytes_max = IMAGE_BYTES_MAX,
			.video_bytes_max = BLUESKY_VIDEO_BYTES_MAX,
		},
	.media_types = media_types,
	.settling = SETTLE_BY_KEY,
	.key_life_ms = 0,
	.visibility_lag_ms = 0,
	.refresh_ahead_ms = 10 * 60 * 1000,
	.quotas =
		"1,666 posts an hour, 11,666 a day; 3,000 calls in 5 minutes; 30 logins in 5 minutes, "
		"300 a day",
	.make_key = make_key,
	.validate = validate,
	.measure = measure,
	.parts = parts,
	.step = step,
};
