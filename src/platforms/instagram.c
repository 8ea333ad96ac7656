/* platforms/instagram.c - Instagram: facts, checks, the way to the operations.
 *
 *   version     v25.0, with Facebook Login v26.0 (platform.instagram.version)
 *   text        a caption of 2200 characters, 30 hashtags, 20 mentions; no post without a file
 *   images      JPEG up to 8 MB, between 4:5 and 1.91:1; what is not 320 to 1440 pixels wide is scaled by Instagram
 *   video       MP4, QuickTime up to 300 MB, 3 seconds to 15 minutes: alone a reel
 *   several     2 to 10 files
 *   alt texts   1000 characters, of images
 *   files       are fetched by Instagram from public addresses (media.host)
 *   comment     the account's own, after the post
 *   quotas      100 posts in 24 hours (or 50: the documents differ), 400 containers; waits are told in minutes
 *   settling    by the container, which says whether it was published
 *   taking down with Facebook Login; with Instagram Login it is asked for too, whatever the platform says to it
 *   login       tokens of 60 days that renew themselves; consent is withdrawn in the account's settings
 *
 * Options of a post:
 *   instagram.type           post, reel or story (one file, no caption)
 *   instagram.share_to_feed  true or false: a reel stands in the feed too
 *   instagram.thumb_offset   the moment of a reel's cover, in milliseconds
 *   instagram.cover_url      or its address */
#include "platforms/instagram.h"

#include <string.h>

#include "base/text.h"
#include "platforms/adapter.h"
#include "platforms/facebook.h"
#include "platforms/richtext.h"

#define ALT_MAX 1000
#define VIDEO_MS_MIN 3000
#define VIDEO_MS_MAX ((int64_t)15 * 60 * 1000)
#define SECOND_BASE "/graph.facebook.com"

static const char *const media_types[] = {"image/jpeg", "video/mp4", "video/quicktime", NULL};
static const char *const options[] = {"type", "share_to_feed", "thumb_offset", "cover_url", NULL};

static const struct facebook_login page_login = {
	.g = &instagram_page_graph,
	.scopes = "instagram_basic,instagram_content_publish,instagram_manage_comments,"
		  "instagram_manage_contents,pages_show_list,pages_read_engagement",
	.none = "professional account of Instagram",
	.instagram = true,
};

bool instagram_by_facebook(const struct step_in *in)
{
	const char *base = adapter_base(in, INSTAGRAM_API);
	size_t n = strlen(base), m = strlen(SECOND_BASE);

	return strcmp(base, FACEBOOK_API) == 0 || (n > m && strcmp(base + n - m, SECOND_BASE) == 0);
}

static int64_t measure(const struct post *post, const struct connection *conn)
{
	struct arena *a = arena_new();
	const char *text = adapter_text(a, post);
	int64_t n = (int64_t)text_codepoints(text, strlen(text));

	(void)conn;
	arena_free(&a);
	return n;
}

static void check_caption(const struct post *post, struct problems *out)
{
	const char *text = adapter_text(out->arena, post);
	struct text_span *spans;
	int64_t length = (int64_t)text_codepoints(text, strlen(text)), tags, mentions;

	if (length > INSTAGRAM_TEXT_MAX)
		problem_add(
			out, "text", INSTAGRAM_TEXT_MAX, length,
			"the caption has %lld characters, more than the %d that Instagram takes",
			(long long)length, INSTAGRAM_TEXT_MAX);
	tags = (int64_t)richtext_find(out->arena, text, strlen(text), SPAN_TAG, &spans);
	if (tags > INSTAGRAM_TAGS_MAX)
		problem_add(out, "text", INSTAGRAM_TAGS_MAX, tags,
			    "the caption has %lld hashtags, more than the %d that Instagram takes",
			    (long long)tags, INSTAGRAM_TAGS_MAX);
	mentions = (int64_t)richtext_find(out->arena, text, strlen(text), SPAN_ADDRESS, &spans);
	if (mentions > INSTAGRAM_MENTIONS_MAX)
		problem_add(out, "text", INSTAGRAM_MENTIONS_MAX, mentions,
			    "the caption has %lld mentions, more than the %d that Instagram takes",
			    (long long)mentions, INSTAGRAM_MENTIONS_MAX);
	if (instagram_is_story(out->arena, post) && adapter_has_text(text))
		problem_add(out, "text", 0, 0, "a story has no caption: the text would be lost");
}

static void check_video(const struct media *m, struct problems *out)
{
	const char *name = m->name != NULL ? m->name : m->sha256;

	if (m->duration_ms > 0 && m->duration_ms < VIDEO_MS_MIN)
		problem_add(out, "media", VIDEO_MS_MIN, m->duration_ms,
			    "%s is shorter than 3 seconds", name);
	if (m->duration_ms > VIDEO_MS_MAX)
		problem_add(out, "media", VIDEO_MS_MAX, m->duration_ms,
			    "%s runs longer than 15 minutes", name);
}

static void check_image(const struct media *m, bool story, struct problems *out)
{
	if (m->width <= 0 || m->height <= 0 || m->width > 1000000 || m->height > 1000000 || story)
		return;
	if (m->width * 5 < m->height * 4 || m->width * 100 > m->height * 191)
		problem_add(out, "media", 0, 0,
			    "%s is %lld x %lld: Instagram takes images from 4:5 to 1.91:1",
			    m->name != NULL ? m->name : m->sha256, (long long)m->width,
			    (long long)m->height);
}

static void check_media(const struct post *post, struct problems *out)
{
	const char *type = adapter_option(out->arena, post, "instagram", "type");
	bool story = instagram_is_story(out->arena, post);

	if (post->n_media == 0)
		problem_add(out, "media", 0, 0,
			    "Instagram takes no post without an image or a video");
	if (post->n_media > INSTAGRAM_FILES_MAX)
		problem_add(out, "media", INSTAGRAM_FILES_MAX, (int64_t)post->n_media,
			    "%zu files are more than the %lld that a post may have", post->n_media,
			    (long long)INSTAGRAM_FILES_MAX);
	for (size_t i = 0; i < post->n_media; i++) {
		const struct media *m = &post->media[i];
		bool video = adapter_is_video(m);

		adapter_check_file(m, media_types,
				   video ? INSTAGRAM_VIDEO_BYTES_MAX : INSTAGRAM_IMAGE_BYTES_MAX,
				   video ? 0 : ALT_MAX, UNIT_CHARACTERS, out);
		if (video)
			check_video(m, out);
		else
			check_image(m, story, out);
	}
	if (story && post->n_media > 1)
		problem_add(out, "media", 1, (int64_t)post->n_media, "a story has one file");
	if (type != NULL && strcmp(type, "reel") == 0 &&
	    (post->n_media != 1 || !adapter_is_video(&post->media[0])))
		problem_add(out, "media", 1, (int64_t)post->n_media, "a reel is one video");
}

static void check_options(const struct post *post, struct problems *out)
{
	const char *type = adapter_option(out->arena, post, "instagram", "type");
	const char *feed = adapter_option(out->arena, post, "instagram", "share_to_feed");
	const char *offset = adapter_option(out->arena, post, "instagram", "thumb_offset");
	const char *cover = adapter_option(out->arena, post, "instagram", "cover_url");
	bool on;

	if (type != NULL && strcmp(type, "post") != 0 && strcmp(type, "reel") != 0 &&
	    strcmp(type, "story") != 0)
		problem_add(out, "option", 0, 0, "instagram.type is one of post, reel and story");
	if (feed != NULL && !adapter_option_bool(feed, &on))
		problem_add(out, "option", 0, 0, "instagram.share_to_feed is either true or false");
	if (offset != NULL &&
	    (strspn(offset, "0123456789") != strlen(offset) || strlen(offset) > 9))
		problem_add(out, "option", 0, 0,
			    "instagram.thumb_offset is a number of milliseconds");
	if (cover != NULL && !richtext_is_url(cover))
		problem_add(out, "option", 0, 0, "instagram.cover_url is no http or https address");
	adapter_check_options(post, "instagram", options, out);
}

static void validate(const struct post *post, const struct connection *conn, struct problems *out)
{
	const char *comment = post->first_comment;

	(void)conn;
	adapter_check_text(post, out);
	check_caption(post, out);
	check_media(post, out);
	if (comment != NULL && !text_is_plain(comment, strlen(comment), NULL))
		problem_add(out, "option", 0, 0, "the first comment is no plain text");
	check_options(post, out);
	adapter_check_public(post, instagram_platform.title, out);
}

/* Logins */

static void ask_who(const struct step_in *in, struct step_out *out, enum secret_slot slot)
{
	struct http_request *r = graph_call(&instagram_graph, in, out, HTTP_GET, slot);

	http_url(r, "/me");
	http_query(r, "fields", "user_id,username");
}

static bool take_who(const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response);
	const struct json *o = json_get(j, "username") != NULL ? j : json_at(j, "data.0");

	out->account_id = graph_id(out->arena, o, "user_id");
	if (out->account_id == NULL)
		out->account_id = graph_id(out->arena, o, "id");
	out->account = adapter_shown_name(out->arena, json_str(o, "username"));
	json_free(&j);
	if (out->account_id != NULL && out->account != NULL)
		return true;
	judge_odd(in, out, false, "account");
	return false;
}

static const struct graph_chain chain = {
	.g = &instagram_graph,
	.token_url = INSTAGRAM_TOKEN,
	.exchange = "ig_exchange_token",
	.renew = "ig_refresh_token",
	.ask_who = ask_who,
	.take_who = take_who,
};

static void authorize(const struct step_in *in, struct step_out *out)
{
	static const struct grant grant = {.title = "Instagram", .client = GRANT_FORM};

	if (instagram_by_facebook(in))
		facebook_login_authorize(&page_login, in, out);
	else
		grant_authorize(&grant, in, out,
				arena_printf(out->arena, "%s/oauth/authorize",
					     adapter_host_base(in, INSTAGRAM_API, INSTAGRAM_SITE)),
				"instagram_business_basic,instagram_business_content_publish,"
				"instagram_business_manage_comments");
}

static void login(const struct step_in *in, struct step_out *out)
{
	if (instagram_by_facebook(in))
		facebook_login_enter(&page_login, in, out);
	else
		graph_chain_login(&chain, in, out);
}

static void code(const struct step_in *in, struct step_out *out)
{
	if (instagram_by_facebook(in))
		facebook_login_enter(&page_login, in, out);
	else
		graph_chain_code(&chain, in, out);
}

static void refresh(const struct step_in *in, struct step_out *out)
{
	if (instagram_by_facebook(in))
		facebook_login_enter(&page_login, in, out);
	else
		graph_chain_refresh(&chain, in, out);
}

static void verify(const struct step_in *in, struct step_out *out)
{
	if (instagram_by_facebook(in))
		facebook_login_verify(&page_login, in, out);
	else
		graph_chain_verify(&chain, in, out);
}

static void revoke(const struct step_in *in, struct step_out *out)
{
	if (instagram_by_facebook(in))
		facebook_login_revoke(&page_login, in, out);
	else
		graph_no_revoke(&instagram_graph, out);
}

static void publish(const struct step_in *in, struct step_out *out)
{
	stage_publish(instagram_stage(in), in, out);
}

static void settle(const struct step_in *in, struct step_out *out)
{
	stage_settle(instagram_stage(in), in, out);
}

static void takedown(const struct step_in *in, struct step_out *out)
{
	stage_takedown(instagram_stage(in), in, out);
}

static void step(const struct step_in *in, struct step_out *out)
{
	static adapter_operation *const operations[OP_COUNT] = {
		[OP_LOGIN] = login,     [OP_AUTHORIZE] = authorize, [OP_CODE] = code,
		[OP_REFRESH] = refresh, [OP_VERIFY] = verify,       [OP_REVOKE] = revoke,
		[OP_PUBLISH] = publish, [OP_SETTLE] = settle,       [OP_TAKEDOWN] = takedown,
	};

	adapter_run(operations, in, out);
	graph_window(in, out);
}

const struct platform instagram_platform = {
	.name = "instagram",
	.title = "Instagram",
	.logins = LOGIN_OAUTH | LOGIN_TOKEN,
	.default_server = INSTAGRAM_API,
	.server_is_choice = true,
	.media_by_url = true,
	.secret_needed = true,
	.redirect = "https",
	.scopes = "instagram_business_basic instagram_business_content_publish "
		  "instagram_business_manage_comments",
	.version = INSTAGRAM_VERSION,
	.limits =
		{
			.text_max = INSTAGRAM_TEXT_MAX,
			.text_unit = UNIT_CHARACTERS,
			.alt_max = ALT_MAX,
			.images_max = INSTAGRAM_FILES_MAX,
			.videos_max = INSTAGRAM_FILES_MAX,
			.image_bytes_max = INSTAGRAM_IMAGE_BYTES_MAX,
			.video_bytes_max = INSTAGRAM_VIDEO_BYTES_MAX,
			.media_required = true,
		},
	.media_types = media_types,
	.settling = SETTLE_BY_STAGE,
	.key_life_ms = 0,
	.visibility_lag_ms = 0,
	.refresh_ahead_ms = (int64_t)7 * 24 * 60 * 60 * 1000,
	.quotas = "100 posts in 24 hours (50 by another document), 400 containers",
	.make_key = adapter_make_key,
	.validate = validate,
	.measure = measure,
	.step = step,
};
