/* platforms/pinterest.c - Pinterest: facts, checks, errors, the way to the operations.
 *
 * The post's text is the pin's description, its link the pin's own. Options of a post: pinterest.board (another board's number),
 * pinterest.section (a section of it), pinterest.cover_time (the second of a video that becomes its cover; 0). A pin has one
 * alt text: those of several files are put together.
 * With an app of the trial tier pins are seen by their maker only. */
#include "platforms/pinterest.h"

#include <string.h>

#include "base/i18n.h"
#include "base/rng.h"
#include "base/text.h"
#include "platforms/adapter.h"

#define TEXT_MAX 800
#define TITLE_MAX 100
#define ALT_MAX 500
#define LINK_MAX 2048
#define IMAGES_MAX 5
/* Our own: files go inside JSON, a third longer than they are. */
#define IMAGE_BYTES_MAX ((int64_t)10 << 20)
#define VIDEO_BYTES_MAX ((int64_t)2 << 30)
#define COVER_SECOND_MAX 86400

static const char *const media_types[] = {"image/jpeg", "image/png", "video/mp4", NULL};
static const char *const options[] = {"board", "section", "cover_time", NULL};

/* Names are the numbers of Pinterest's errors. */
static const struct judge_row rows[] = {
	{401, NULL, NULL, CLASS_AUTH, E_TOKEN_EXPIRED, NULL},
	{429, NULL, "spam", CLASS_PERMANENT, E_REJECTED,
	 N_("Pinterest takes it for spam: look at the account before anything else is sent")},
	{403, NULL, NULL, CLASS_AUTH, E_SCOPE_MISSING,
	 N_("connect again and agree to all that is asked for; an app of the trial tier may not do everything")},
	{400, NULL, NULL, CLASS_PERMANENT, E_REJECTED, NULL},
	{404, "40", NULL, CLASS_PERMANENT, E_REJECTED,
	 N_("the board is gone: connect another one, or name it with the option pinterest.board")},
	{404, NULL, NULL, CLASS_PERMANENT, E_REJECTED, NULL},
	{409, NULL, NULL, CLASS_PERMANENT, E_REJECTED, NULL},
};

static void read_error(struct arena *a, const struct http_response *r, struct judge_said *said)
{
	struct json *j = adapter_object(r);
	const char *words = json_str(j, "message"), *more = json_str(j, "message_detail");
	const char *code = json_text_of(json_get(j, "code"));

	said->own = words != NULL && code != NULL;
	said->name = code != NULL ? arena_strndup(a, code, 20) : "";
	if (words != NULL && more != NULL && more[0] != '\0')
		said->words = arena_printf(a, "%.200s (%.300s)", words, more);
	else if (words != NULL)
		said->words = arena_strndup(a, words, 500);
	json_free(&j);
}

const struct judge pinterest_judge = {
	.rows = rows,
	.n_rows = COUNT_OF(rows),
	.read = read_error,
	.login_hint = N_("connect the account again"),
};

const char *pinterest_address(const struct step_in *in, struct arena *a, const char *path)
{
	return arena_printf(a, "%s/%s%s", adapter_base(in, PINTEREST_API),
			    adapter_v_version(in, a, PINTEREST_VERSION), path);
}

struct http_request *pinterest_call(const struct step_in *in, struct step_out *out,
				    enum http_method method, const char *path)
{
	struct http_request *r = http_request_new(method);

	http_url(r, "%s", pinterest_address(in, out->arena, path));
	http_header(r, "Accept", "application/json");
	http_bearer(r, SLOT_ACCESS);
	out->request = r;
	out->verdict = STEP_SEND;
	out->commit_like = false;
	return r;
}

bool pinterest_is_id(const char *s)
{
	size_t n = s != NULL ? strlen(s) : 0;

	return n >= 1 && n <= 32 && strspn(s, "0123456789") == n;
}

const char *pinterest_board(struct arena *a, const struct step_in *in)
{
	const char *board = adapter_option(a, in->post, "pinterest", "board");

	return board != NULL ? board : in->conn->account_id;
}

const char *pinterest_url(struct arena *a, const char *id)
{
	return arena_printf(a, "%s/pin/%s/", PINTEREST_SITE, id);
}

const char *pinterest_alt(struct arena *a, const struct post *post)
{
	const char *all = "";

	for (size_t i = 0; i < post->n_media; i++)
		if (adapter_has_text(post->media[i].alt))
			all = arena_printf(a, "%s%s%s", all, all[0] != '\0' ? " / " : "",
					   post->media[i].alt);
	return all;
}

static void make_key(int64_t now_ms, char *out, size_t size)
{
	(void)now_ms;
	INVARIANT(size >= UUID_SIZE, "a key has room");
	rng_uuid(out);
}

static int64_t count(const char *s)
{
	return s != NULL ? (int64_t)text_codepoints(s, strlen(s)) : 0;
}

static int64_t measure(const struct post *post, const struct connection *conn)
{
	(void)conn;
	return count(post->text);
}

static void check_media(const struct post *post, struct problems *out)
{
	size_t videos = 0;
	int64_t alt = count(pinterest_alt(out->arena, post));

	for (size_t i = 0; i < post->n_media; i++) {
		bool video = adapter_is_video(&post->media[i]);

		videos += video;
		adapter_check_file(&post->media[i], media_types,
				   video ? VIDEO_BYTES_MAX : IMAGE_BYTES_MAX, 0, UNIT_CHARACTERS,
				   out);
	}
	if (post->n_media == 0)
		problem_add(out, "media", 1, 0, "a pin needs an image or a video");
	if (videos > 0 && post->n_media > 1)
		problem_add(out, "media", 1, (int64_t)post->n_media,
			    "a video is the only file of its post");
	else if (post->n_media > IMAGES_MAX)
		problem_add(out, "media", IMAGES_MAX, (int64_t)post->n_media,
			    "%zu files are more than the %lld that a post may have", post->n_media,
			    (long long)IMAGES_MAX);
	if (alt > ALT_MAX)
		problem_add(
			out, "alt", ALT_MAX, alt,
			"the alt texts together have %lld characters, more than the %d that a pin "
			"takes",
			(long long)alt, ALT_MAX);
}

static void check_values(const struct post *post, const struct connection *conn,
			 struct problems *out)
{
	const char *board = adapter_option(out->arena, post, "pinterest", "board");
	const char *section = adapter_option(out->arena, post, "pinterest", "section");
	const char *second = adapter_option(out->arena, post, "pinterest", "cover_time");

	if (board != NULL && !pinterest_is_id(board))
		problem_add(out, "option", 0, 0, "pinterest.board is a number");
	if (board == NULL && conn != NULL && !pinterest_is_id(conn->account_id))
		problem_add(out, "option", 0, 0,
			    "no board is chosen: name it with pinterest.board");
	if (section != NULL && !pinterest_is_id(section))
		problem_add(out, "option", 0, 0, "pinterest.section is a number");
	if (second != NULL && adapter_option_number(second, 0, COVER_SECOND_MAX) < 0)
		problem_add(out, "option", 0, 0, "pinterest.cover_time is a number of seconds");
}

static void validate(const struct post *post, const struct connection *conn, struct problems *out)
{
	int64_t n = count(post->text), title = count(post->title), link = count(post->link);

	adapter_check_text(post, out);
	if (n > TEXT_MAX)
		problem_add(out, "text", TEXT_MAX, n,
			    "the text has %lld characters, more than the %d that Pinterest takes",
			    (long long)n, TEXT_MAX);
	if (post->title != NULL && !text_is_plain(post->title, strlen(post->title), NULL))
		problem_add(out, "title", 0, 0, "the title is no plain text");
	if (title > TITLE_MAX)
		problem_add(out, "title", TITLE_MAX, title,
			    "the title has %lld characters, more than the %d that Pinterest takes",
			    (long long)title, TITLE_MAX);
	if (link > LINK_MAX)
		problem_add(out, "link", LINK_MAX, link,
			    "the link has %lld characters, more than the %d that Pinterest takes",
			    (long long)link, LINK_MAX);
	check_media(post, out);
	check_values(post, conn, out);
	if (post->visibility != NULL && post->visibility[0] != '\0' &&
	    strcmp(post->visibility, "public") != 0)
		problem_add(out, "visibility", 0, 0,
			    "who sees a pin is the board's affair; '%s' cannot be had",
			    post->visibility);
	adapter_check_no_comment(post, pinterest_platform.title, out);
	adapter_check_options(post, "pinterest", options, out);
}

static void step(const struct step_in *in, struct step_out *out)
{
	static adapter_operation *const operations[OP_COUNT] = {
		[OP_LOGIN] = pinterest_login,       [OP_AUTHORIZE] = pinterest_authorize,
		[OP_CODE] = pinterest_code,         [OP_REFRESH] = pinterest_refresh,
		[OP_VERIFY] = pinterest_verify,     [OP_REVOKE] = pinterest_revoke,
		[OP_PUBLISH] = pinterest_publish,   [OP_SETTLE] = pinterest_settle,
		[OP_TAKEDOWN] = pinterest_takedown,
	};

	adapter_run(operations, in, out);
}

const struct platform pinterest_platform = {
	.name = "pinterest",
	.title = "Pinterest",
	.logins = LOGIN_OAUTH | LOGIN_TOKEN,
	.default_server = PINTEREST_API,
	.server_is_choice = false,
	.secret_needed = true,
	.redirect = "loopback-fixed",
	.scopes = "boards:read boards:write pins:read pins:write user_accounts:read",
	.version = PINTEREST_VERSION,
	.limits =
		{
			.text_max = TEXT_MAX,
			.text_unit = UNIT_CHARACTERS,
			.alt_max = ALT_MAX,
			.title_max = TITLE_MAX,
			.images_max = IMAGES_MAX,
			.videos_max = 1,
			.image_bytes_max = IMAGE_BYTES_MAX,
			.video_bytes_max = VIDEO_BYTES_MAX,
			.media_required = true,
		},
	.media_types = media_types,
	.settling = SETTLE_BY_LIST,
	.key_life_ms = 0,
	.visibility_lag_ms = 5000,
	.refresh_ahead_ms = (int64_t)24 * 60 * 60 * 1000,
	.quotas =
		"trial: 1,000 calls a day for an app, and pins that only their maker sees; standard: what "
		"each answer's headers say",
	.make_key = make_key,
	.validate = validate,
	.measure = measure,
	.step = step,
};
