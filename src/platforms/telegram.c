/* platforms/telegram.c - Telegram: facts, checks, errors, the way to the operations.
 *
 * Options of a post: telegram.parse_mode (HTML or MarkdownV2: the text is mark-up; else it is plain), telegram.silent,
 * telegram.protect, telegram.preview (true or false). Files have no alt texts there: they are left out.
 * Bots cannot read what a channel has, so an unclear post is a person's to look for. */
#include "platforms/telegram.h"

#include <string.h>

#include "base/i18n.h"
#include "base/rng.h"
#include "base/text.h"
#include "platforms/adapter.h"

#define TEXT_MAX 4096
#define CAPTION_MAX 1024
#define FILES_MAX 10
#define PHOTO_BYTES_MAX ((int64_t)10 << 20)
#define VIDEO_BYTES_MAX ((int64_t)50 << 20)

static const char *const media_types[] = {"image/jpeg", "image/png", "image/webp", "video/mp4",
					  NULL};
static const char *const options[] = {"parse_mode", "silent", "protect", "preview", NULL};

static const struct judge_row rows[] = {
	{401, NULL, NULL, CLASS_AUTH, E_TOKEN_REVOKED, NULL},
	/* What Telegram says of a token that has not even the form of one. */
	{404, NULL, NULL, CLASS_AUTH, E_TOKEN_REVOKED, NULL},
	{403, NULL, NULL, CLASS_AUTH, E_SCOPE_MISSING,
	 N_("make the bot an administrator of the channel, with the right to post")},
	{400, NULL, "rights", CLASS_AUTH, E_SCOPE_MISSING,
	 N_("make the bot an administrator of the channel, with the right to post")},
	{400, NULL, "chat not found", CLASS_PERMANENT, E_REJECTED,
	 N_("check the channel's name, and that the bot is in it")},
	{400, NULL, "upgraded to a supergroup", CLASS_PERMANENT, E_REJECTED,
	 N_("the group has another number now: connect it again")},
	{400, NULL, NULL, CLASS_PERMANENT, E_REJECTED, NULL},
	{413, NULL, NULL, CLASS_PERMANENT, E_MEDIA, NULL},
};

static void read_error(struct arena *a, const struct http_response *r, struct judge_said *said)
{
	struct json *j = adapter_object(r);
	const char *words = json_str(j, "description");
	int64_t wait = json_int(json_get(j, "parameters"), "retry_after", 0);

	said->own = words != NULL && !json_bool(j, "ok", true);
	said->words = words != NULL ? arena_strndup(a, words, 500) : "";
	if (wait > 0 && wait < 7 * 24 * 3600)
		said->retry_at = r->at + wait * 1000;
	json_free(&j);
}

const struct judge telegram_judge = {
	.rows = rows,
	.n_rows = COUNT_OF(rows),
	.read = read_error,
	.login_hint = N_("ask @BotFather for the bot's token and connect it again"),
};

struct http_request *telegram_call(const struct step_in *in, struct step_out *out,
				   enum http_method method, const char *name)
{
	struct http_request *r = http_request_new(method);

	http_url(r, "%s/bot", adapter_base(in, TELEGRAM_API));
	http_url_secret(r, SLOT_ACCESS, SLOT_RAW);
	http_url(r, "/%s", name);
	http_header(r, "Accept", "application/json");
	out->request = r;
	out->verdict = STEP_SEND;
	out->commit_like = false;
	return r;
}

const struct json *telegram_result(const struct http_response *r, struct json **whole)
{
	*whole = adapter_ok(r) ? adapter_object(r) : NULL;
	return json_bool(*whole, "ok", false) ? json_get(*whole, "result") : NULL;
}

bool telegram_is_chat(const char *s)
{
	size_t n = s != NULL ? strlen(s) : 0;
	const char *digits = s != NULL && s[0] == '-' ? s + 1 : s;

	if (n < 2 || n > 64)
		return false;
	if (s[0] == '@')
		return strspn(s + 1,
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
		       n - 1;
	return n <= 20 && digits[0] != '\0' && strspn(digits, "0123456789") == strlen(digits);
}

static void make_key(int64_t now_ms, char *out, size_t size)
{
	(void)now_ms;
	INVARIANT(size >= UUID_SIZE, "a key has room");
	rng_uuid(out);
}

static int64_t measure(const struct post *post, const struct connection *conn)
{
	struct arena *a = arena_new();
	const char *text = adapter_text(a, post);
	int64_t n = (int64_t)text_utf16_units(text, strlen(text));

	(void)conn;
	arena_free(&a);
	return n;
}

static void validate(const struct post *post, const struct connection *conn, struct problems *out)
{
	int64_t n = measure(post, conn), max = post->n_media > 0 ? CAPTION_MAX : TEXT_MAX;
	const char *mode = adapter_option(out->arena, post, "telegram", "parse_mode");

	adapter_check_text(post, out);
	if (n > max && post->n_media > 0)
		problem_add(out, "text", max, n,
			    "the text under files counts %lld characters, more than the %lld that "
			    "Telegram takes",
			    (long long)n, (long long)max);
	else if (n > max)
		problem_add(
			out, "text", max, n,
			"the text counts %lld characters, more than the %lld that Telegram takes",
			(long long)n, (long long)max);
	for (size_t i = 0; i < post->n_media; i++)
		adapter_check_file(&post->media[i], media_types,
				   adapter_is_video(&post->media[i]) ? VIDEO_BYTES_MAX
								     : PHOTO_BYTES_MAX,
				   0, UNIT_CHARACTERS, out);
	if (post->n_media > FILES_MAX)
		problem_add(out, "media", FILES_MAX, (int64_t)post->n_media,
			    "%zu files are more than the %lld that a post may have", post->n_media,
			    (long long)FILES_MAX);
	if (mode != NULL && strcmp(mode, "HTML") != 0 && strcmp(mode, "MarkdownV2") != 0)
		problem_add(out, "option", 0, 0,
			    "telegram.parse_mode is either HTML or MarkdownV2");
	adapter_check_flag(post, "telegram", "silent", out);
	adapter_check_flag(post, "telegram", "protect", out);
	adapter_check_flag(post, "telegram", "preview", out);
	adapter_check_channel(post, telegram_platform.title, out);
	adapter_check_no_comment(post, telegram_platform.title, out);
	adapter_check_options(post, "telegram", options, out);
}

static void step(const struct step_in *in, struct step_out *out)
{
	static adapter_operation *const operations[OP_COUNT] = {
		[OP_LOGIN] = telegram_login,       [OP_REFRESH] = telegram_refresh,
		[OP_VERIFY] = telegram_verify,     [OP_REVOKE] = telegram_revoke,
		[OP_PUBLISH] = telegram_publish,   [OP_SETTLE] = progress_settle,
		[OP_TAKEDOWN] = telegram_takedown,
	};

	adapter_run(operations, in, out);
}

const struct platform telegram_platform = {
	.name = "telegram",
	.title = "Telegram",
	.logins = LOGIN_TOKEN,
	.default_server = TELEGRAM_API,
	.server_is_choice = true,
	.scopes = "",
	.version = "",
	.limits =
		{
			.text_max = TEXT_MAX,
			.text_unit = UNIT_UTF16,
			.images_max = FILES_MAX,
			.videos_max = FILES_MAX,
			.image_bytes_max = PHOTO_BYTES_MAX,
			.video_bytes_max = VIDEO_BYTES_MAX,
		},
	.media_types = media_types,
	.settling = SETTLE_BY_PERSON,
	.key_life_ms = 0,
	.visibility_lag_ms = 0,
	.refresh_ahead_ms = 0,
	.quotas =
		"about 1 message a second in a channel, 20 a minute in a group, 30 a second in all; a text "
		"under files has at most 1,024 characters",
	.make_key = make_key,
	.validate = validate,
	.measure = measure,
	.step = step,
};
