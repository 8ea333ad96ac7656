/* platforms/facebook.c - Facebook Pages: facts, checks, the way to the operations.
 *
 *   version     v26.0 (platform.facebook.version)
 *   text        63,206 characters; no limit is documented, this one is what others found
 *   images      JPEG, BMP, PNG, GIF, TIFF up to 10 MB, sent as bytes; they are put up unpublished, and one post takes
 *               them all
 *   video       MP4, QuickTime, alone; in pieces, or as a reel with facebook.type=reel; no alt text
 *   link        shown as one where there are no files, else a line of the text
 *   comment     the page's own, after the post
 *   calls       4800 for each engaged user in 24 hours; waits are told in minutes
 *   settling    by the list of published posts: the ids of our photos, else text and time; not found proves nothing.
 *               A video is asked for itself.
 *   taking down yes
 *
 * Options of a post: facebook.type (post or reel). A post's title is a video's. */
#include "platforms/facebook.h"

#include <string.h>

#include "base/text.h"
#include "platforms/adapter.h"

#define IMAGES_MAX 10
#define IMAGE_BYTES_MAX ((int64_t)10 << 20)
#define VIDEO_BYTES_MAX ((int64_t)10 << 30)
#define TITLE_MAX 255

static const char *const media_types[] = {"image/jpeg", "image/png", "image/gif",       "image/bmp",
					  "image/tiff", "video/mp4", "video/quicktime", NULL};
static const char *const options[] = {"type", NULL};

const struct graph facebook_graph = {
	.name = "facebook",
	.title = "Facebook",
	.api = FACEBOOK_API,
	.version = FACEBOOK_VERSION,
	.needed = "pages_show_list pages_manage_posts pages_read_engagement",
};

static const struct facebook_login page_login = {
	.g = &facebook_graph,
	.scopes = "pages_show_list,pages_manage_posts,pages_read_engagement,"
		  "pages_manage_engagement",
	.none = "page",
};

struct http_request *facebook_call_page(const struct step_in *in, struct step_out *out,
					enum http_method method, const char *what)
{
	struct http_request *r = graph_call(&facebook_graph, in, out, method, SLOT_ACCESS);

	http_url(r, "/");
	http_url_escaped(r, in->conn->account_id != NULL ? in->conn->account_id : "me");
	http_url(r, "/%s", what);
	return r;
}

const struct media *facebook_video_of(const struct post *post)
{
	for (size_t i = 0; i < post->n_media; i++)
		if (adapter_is_video(&post->media[i]))
			return &post->media[i];
	return NULL;
}

bool facebook_is_reel(struct arena *a, const struct post *post)
{
	const char *type = adapter_option(a, post, "facebook", "type");

	return type != NULL && strcmp(type, "reel") == 0;
}

const char *facebook_url(struct arena *a, const char *id)
{
	return arena_printf(a, "%s/%s", FACEBOOK_SITE, id);
}

const char *facebook_message(struct arena *a, const struct post *post)
{
	if (post->n_media > 0)
		return adapter_text(a, post);
	return post->text != NULL ? post->text : "";
}

static int64_t measure(const struct post *post, const struct connection *conn)
{
	struct arena *a = arena_new();
	const char *text = facebook_message(a, post);
	int64_t n = (int64_t)text_codepoints(text, strlen(text));

	(void)conn;
	arena_free(&a);
	return n;
}

static void check_media(const struct post *post, struct problems *out)
{
	bool video = facebook_video_of(post) != NULL, reel = facebook_is_reel(out->arena, post);

	for (size_t i = 0; i < post->n_media; i++) {
		const struct media *m = &post->media[i];

		adapter_check_file(m, media_types,
				   adapter_is_video(m) ? VIDEO_BYTES_MAX : IMAGE_BYTES_MAX, 0,
				   UNIT_CHARACTERS, out);
	}
	if (video && post->n_media > 1)
		problem_add(out, "media", 1, (int64_t)post->n_media,
			    "a video is the only file of its post");
	else if (post->n_media > IMAGES_MAX)
		problem_add(out, "media", IMAGES_MAX, (int64_t)post->n_media,
			    "%zu files are more than the %lld that a post may have", post->n_media,
			    (long long)IMAGES_MAX);
	if (reel && !video)
		problem_add(out, "media", 0, 0, "a reel needs a video");
}

static void validate(const struct post *post, const struct connection *conn, struct problems *out)
{
	const char *type = adapter_option(out->arena, post, "facebook", "type");
	const char *comment = post->first_comment;
	int64_t n = measure(post, conn);

	adapter_check_text(post, out);
	if (n > FACEBOOK_TEXT_MAX)
		problem_add(out, "text", FACEBOOK_TEXT_MAX, n,
			    "the text has %lld characters, more than the %lld that Facebook takes",
			    (long long)n, (long long)FACEBOOK_TEXT_MAX);
	if (comment != NULL && !text_is_plain(comment, strlen(comment), NULL))
		problem_add(out, "option", 0, 0, "the first comment is no plain text");
	if (post->title != NULL &&
	    (int64_t)text_codepoints(post->title, strlen(post->title)) > TITLE_MAX)
		problem_add(out, "title", TITLE_MAX,
			    (int64_t)text_codepoints(post->title, strlen(post->title)),
			    "the title has more than %d characters", TITLE_MAX);
	check_media(post, out);
	if (type != NULL && strcmp(type, "post") != 0 && strcmp(type, "reel") != 0)
		problem_add(out, "option", 0, 0, "facebook.type is either post or reel");
	adapter_check_public(post, facebook_platform.title, out);
	adapter_check_options(post, "facebook", options, out);
}

static void authorize(const struct step_in *in, struct step_out *out)
{
	facebook_login_authorize(&page_login, in, out);
}

static void enter(const struct step_in *in, struct step_out *out)
{
	facebook_login_enter(&page_login, in, out);
}

static void verify(const struct step_in *in, struct step_out *out)
{
	facebook_login_verify(&page_login, in, out);
}

static void revoke(const struct step_in *in, struct step_out *out)
{
	facebook_login_revoke(&page_login, in, out);
}

static void step(const struct step_in *in, struct step_out *out)
{
	static adapter_operation *const operations[OP_COUNT] = {
		[OP_LOGIN] = enter,
		[OP_AUTHORIZE] = authorize,
		[OP_CODE] = enter,
		[OP_REFRESH] = enter,
		[OP_VERIFY] = verify,
		[OP_REVOKE] = revoke,
		[OP_PUBLISH] = facebook_publish,
		[OP_SETTLE] = facebook_settle,
		[OP_TAKEDOWN] = facebook_takedown,
	};

	adapter_run(operations, in, out);
	graph_window(in, out);
}

const struct platform facebook_platform = {
	.name = "facebook",
	.title = "Facebook",
	.logins = LOGIN_OAUTH | LOGIN_TOKEN,
	.default_server = FACEBOOK_API,
	.server_is_choice = false,
	.secret_needed = true,
	.redirect = "https",
	.scopes = "pages_show_list pages_manage_posts pages_read_engagement "
		  "pages_manage_engagement",
	.version = FACEBOOK_VERSION,
	.limits =
		{
			.text_max = FACEBOOK_TEXT_MAX,
			.text_unit = UNIT_CHARACTERS,
			.title_max = TITLE_MAX,
			.images_max = IMAGES_MAX,
			.videos_max = 1,
			.image_bytes_max = IMAGE_BYTES_MAX,
			.video_bytes_max = VIDEO_BYTES_MAX,
		},
	.media_types = media_types,
	.settling = SETTLE_BY_LIST,
	.key_life_ms = 0,
	.visibility_lag_ms = 0,
	/* A page's token has no end; that of the person lives 60 days. */
	.refresh_ahead_ms = (int64_t)7 * 24 * 60 * 60 * 1000,
	.quotas = "4800 calls for each engaged user of the page in 24 hours",
	.make_key = adapter_make_key,
	.validate = validate,
	.measure = measure,
	.step = step,
};
