/* platforms/discord.c - Discord's webhooks: facts, checks, errors, and the webhook itself.
 *
 * Options of a post: discord.username, discord.avatar_url (of this post's author), discord.thread_id, discord.thread_name,
 * discord.tags (numbers, with commas between; forums), discord.mentions (what may be rung up: everyone, roles, users, with commas
 * between; nothing otherwise), discord.silent, discord.no_embeds (true or false), discord.file_mib (what the server's
 * boosts allow for a file; 10).
 * A webhook cannot list what it posted, so an unclear post is a person's to look for. */
#include "platforms/discord.h"

#include <string.h>

#include "base/i18n.h"
#include "base/rng.h"
#include "base/text.h"
#include "platforms/adapter.h"
#include "platforms/richtext.h"

#define ALT_MAX 1024
#define NAME_MAX_CHARACTERS 80
#define THREAD_NAME_MAX 100
#define TAGS_MAX 5
#define MIB ((int64_t)1 << 20)
#define FILE_MIB 10
#define FILE_MIB_MAX 500

static const char *const media_types[] = {"image/jpeg", "image/png", "image/gif",
					  "image/webp", "video/mp4", NULL};
static const char *const options[] = {"username", "avatar_url", "thread_id", "thread_name", "tags",
				      "mentions", "silent",     "no_embeds", "file_mib",    NULL};

/* Names are the numbers of Discord's errors. */
static const struct judge_row rows[] = {
	{401, NULL, NULL, CLASS_AUTH, E_TOKEN_REVOKED, NULL},
	{404, "10015", NULL, CLASS_PERMANENT, E_TOKEN_REVOKED,
	 N_("the webhook was deleted: make a new one in the channel's settings and connect it")},
	{403, NULL, NULL, CLASS_AUTH, E_SCOPE_MISSING, NULL},
	{400, "50041", NULL, CLASS_PERMANENT, E_CONFIG, NULL},
	{400, NULL, NULL, CLASS_PERMANENT, E_REJECTED, NULL},
	{404, NULL, NULL, CLASS_PERMANENT, E_REJECTED, NULL},
	{413, NULL, NULL, CLASS_PERMANENT, E_MEDIA, NULL},
};

static void read_error(struct arena *a, const struct http_response *r, struct judge_said *said)
{
	struct json *j = adapter_object(r);
	const char *words = json_str(j, "message");
	int64_t code = json_int(j, "code", -1);
	double wait = json_num(j, "retry_after", 0);

	said->own = words != NULL;
	said->name = code > 0 ? arena_printf(a, "%lld", (long long)code) : "";
	said->words = words != NULL ? arena_strndup(a, words, 500) : "";
	if (r->status == 429 && wait > 0 && wait < 7 * 24 * 3600)
		said->retry_at = r->at + (int64_t)(wait * 1000) + 1;
	json_free(&j);
}

static const struct judge discord_judge = {
	.rows = rows,
	.n_rows = COUNT_OF(rows),
	.read = read_error,
	.login_hint = N_("make a new webhook in the channel's settings and connect it"),
};

void discord_fail(const struct step_in *in, struct step_out *out, bool commit)
{
	judge_fail(&discord_judge, in, out, commit);
	if (out->error.code == E_CONFIG)
		adapter_retired(in, out, "Discord", "discord",
				adapter_version(in, DISCORD_VERSION));
}

bool discord_is_id(const char *s)
{
	size_t n = s != NULL ? strlen(s) : 0;

	return n >= 1 && n <= 20 && strspn(s, "0123456789") == n;
}

/* The webhook's number: the last part of the server's path. NULL if it is none. */
static const char *webhook_id(const struct step_in *in)
{
	const char *slash = in->conn->server != NULL ? strrchr(in->conn->server, '/') : NULL;

	return slash != NULL && discord_is_id(slash + 1) ? slash + 1 : NULL;
}

static bool is_discords_own(const char *server)
{
	static const char *const hosts[] = {"discord.com", "discordapp.com", "ptb.discord.com",
					    "canary.discord.com"};
	char host[256];

	adapter_host(server, host, sizeof(host));
	for (size_t i = 0; i < COUNT_OF(hosts); i++)
		if (strcmp(host, hosts[i]) == 0)
			return true;
	return false;
}

bool discord_call(const struct step_in *in, struct step_out *out, enum http_method method,
		  const char *tail)
{
	const char *id = webhook_id(in), *version = adapter_version(in, DISCORD_VERSION);
	struct http_request *r;

	if (id == NULL && !in->rehearsal) {
		step_fail(out, CLASS_PERMANENT, E_INVALID, NULL, NULL,
			  "this is not the address of a webhook of Discord");
		err_hint(&out->error, "copy it from the channel's settings, under Integrations");
		return false;
	}
	r = http_request_new(method);
	if (in->api_base != NULL && in->api_base[0] != '\0')
		http_url(r, "%s/webhooks/%s", in->api_base, id != NULL ? id : "<id>");
	else if (in->conn->server == NULL || id == NULL || is_discords_own(in->conn->server))
		http_url(r, "%s/api/v%s/webhooks/%s", DISCORD_SITE, version + (version[0] == 'v'),
			 id != NULL ? id : "<id>");
	else
		http_url(r, "%s", in->conn->server);
	http_url(r, "/");
	http_url_secret(r, SLOT_PASSWORD, SLOT_URL_PATH);
	http_url(r, "%s", tail);
	http_header(r, "Accept", "application/json");
	out->request = r;
	out->verdict = STEP_SEND;
	out->commit_like = false;
	return true;
}

/* The webhook: looked at when it is connected, and to verify it. */

static void take_webhook(const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response);
	const char *id = adapter_id(out->arena, j, "id"), *name = adapter_name(j, "name");
	const char *known = in->op == OP_VERIFY ? in->conn->account_id : webhook_id(in);

	if (!discord_is_id(id)) {
		judge_odd(in, out, false, "webhook");
	} else if (known != NULL && strcmp(known, id) != 0) {
		step_fail(out, CLASS_AUTH, E_WRONG_ACCOUNT, in->response, NULL,
			  "the server answered for the webhook %s instead of %s", id, known);
	} else {
		out->account_id = id;
		out->account = arena_strdup(out->arena, name != NULL ? name : id);
		out->facts = json_new_object();
		json_set_str(out->facts, "guild", json_text_of(json_get(j, "guild_id")));
		json_set_str(out->facts, "channel", json_text_of(json_get(j, "channel_id")));
		out->verdict = STEP_DONE;
	}
	json_free(&j);
}

static void look(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL) {
		discord_call(in, out, HTTP_GET, "");
	} else if (adapter_ok(in->response)) {
		take_webhook(in, out);
	} else {
		discord_fail(in, out, false);
		if (out->error.code == E_TOKEN_REVOKED) {
			out->error_class = CLASS_AUTH;
			if (in->op == OP_LOGIN)
				out->error.code = E_LOGIN_FAILED;
		}
	}
}

static void refresh(const struct step_in *in, struct step_out *out)
{
	step_fail(out, CLASS_AUTH, E_TOKEN_REVOKED, in->response, NULL,
		  "a webhook cannot be renewed");
	err_hint(&out->error, "make a new webhook in the channel's settings and connect it");
}

/* Deleting it would take it from everyone else who has the address. */
static void revoke(const struct step_in *in, struct step_out *out)
{
	step_fail(out, CLASS_PERMANENT, E_UNSUPPORTED, in->response, NULL,
		  "a webhook is deleted by hand");
	err_hint(&out->error, "delete it in the channel's settings, if nothing else uses it");
}

static void make_key(int64_t now_ms, char *out, size_t size)
{
	(void)now_ms;
	INVARIANT(size >= UUID_SIZE, "a key has room");
	rng_uuid(out);
}

/* Discord does not say what a character is; UTF-16 units are the most that it could mean. */
static int64_t measure(const struct post *post, const struct connection *conn)
{
	struct arena *a = arena_new();
	const char *text = adapter_text(a, post);
	int64_t n = (int64_t)text_utf16_units(text, strlen(text));

	(void)conn;
	arena_free(&a);
	return n;
}

static void check_long(const char *value, int64_t max, const char *key, struct problems *out)
{
	int64_t n = value != NULL ? (int64_t)text_utf16_units(value, strlen(value)) : 0;

	if (n > max)
		problem_add(out, "option", max, n, "discord.%s has more than %lld characters", key,
			    (long long)max);
}

/* Every word of a list with commas between is allowed: a number, or one of these. */
static void check_list(const char *value, const char *const *words, int64_t max, const char *key,
		       struct problems *out)
{
	int64_t n = 0;

	for (const char *s = value; s != NULL;) {
		size_t len = strcspn(s, ",");
		const char *word = arena_strndup(out->arena, s, len);
		bool known = words == NULL && discord_is_id(word);

		for (size_t i = 0; words != NULL && words[i] != NULL; i++)
			known = known || strcmp(words[i], word) == 0;
		if (!known)
			problem_add(out, "option", 0, 0, "discord.%s: '%s' cannot be used", key,
				    word);
		n++;
		s = s[len] == ',' ? s + len + 1 : NULL;
	}
	if (n > max)
		problem_add(out, "option", max, n, "discord.%s has more than %lld entries", key,
			    (long long)max);
}

static void check_values(const struct post *post, struct problems *out)
{
	static const char *const mentions[] = {"everyone", "roles", "users", NULL};
	struct arena *a = out->arena;
	const char *v = adapter_option(a, post, "discord", "avatar_url");

	check_long(adapter_option(a, post, "discord", "username"), NAME_MAX_CHARACTERS, "username",
		   out);
	check_long(adapter_option(a, post, "discord", "thread_name"), THREAD_NAME_MAX,
		   "thread_name", out);
	check_list(adapter_option(a, post, "discord", "mentions"), mentions, 3, "mentions", out);
	check_list(adapter_option(a, post, "discord", "tags"), NULL, TAGS_MAX, "tags", out);
	if (v != NULL && !richtext_is_url(v))
		problem_add(out, "option", 0, 0, "discord.avatar_url is no http or https address");
	v = adapter_option(a, post, "discord", "thread_id");
	if (v != NULL && !discord_is_id(v))
		problem_add(out, "option", 0, 0, "discord.thread_id is a number");
	v = adapter_option(a, post, "discord", "file_mib");
	if (v != NULL && adapter_option_number(v, 1, FILE_MIB_MAX) < 0)
		problem_add(out, "option", FILE_MIB_MAX, 0,
			    "discord.file_mib is a number from 1 to %d", FILE_MIB_MAX);
	adapter_check_flag(post, "discord", "silent", out);
	adapter_check_flag(post, "discord", "no_embeds", out);
}

static void validate(const struct post *post, const struct connection *conn, struct problems *out)
{
	int64_t n = measure(post, conn);
	int64_t mib = adapter_option_number(adapter_option(out->arena, post, "discord", "file_mib"),
					    1, FILE_MIB_MAX);

	adapter_check_text(post, out);
	if (n > DISCORD_TEXT_MAX)
		problem_add(out, "text", DISCORD_TEXT_MAX, n,
			    "the text has %lld characters, more than the %d that Discord takes",
			    (long long)n, DISCORD_TEXT_MAX);
	adapter_check_media(post, media_types, DISCORD_FILES_MAX, (mib > 0 ? mib : FILE_MIB) * MIB,
			    ALT_MAX, UNIT_CHARACTERS, out);
	check_values(post, out);
	adapter_check_channel(post, discord_platform.title, out);
	adapter_check_no_comment(post, discord_platform.title, out);
	adapter_check_options(post, "discord", options, out);
}

static void step(const struct step_in *in, struct step_out *out)
{
	static adapter_operation *const operations[OP_COUNT] = {
		[OP_LOGIN] = look,
		[OP_REFRESH] = refresh,
		[OP_VERIFY] = look,
		[OP_REVOKE] = revoke,
		[OP_PUBLISH] = discord_publish,
		[OP_SETTLE] = progress_settle,
		[OP_TAKEDOWN] = discord_takedown,
	};

	adapter_run(operations, in, out);
}

const struct platform discord_platform = {
	.name = "discord",
	.title = "Discord",
	.logins = LOGIN_WEBHOOK,
	.default_server = DISCORD_SITE,
	.server_is_choice = false,
	.scopes = "",
	.version = DISCORD_VERSION,
	.limits =
		{
			.text_max = DISCORD_TEXT_MAX,
			.text_unit = UNIT_UTF16,
			.alt_max = ALT_MAX,
			.images_max = DISCORD_FILES_MAX,
			.videos_max = DISCORD_FILES_MAX,
			.image_bytes_max = FILE_MIB * MIB,
			.video_bytes_max = FILE_MIB * MIB,
		},
	.media_types = media_types,
	.settling = SETTLE_BY_PERSON,
	.key_life_ms = 0,
	.visibility_lag_ms = 0,
	.refresh_ahead_ms = 0,
	.quotas =
		"what each answer's headers say; 10,000 refusals in 10 minutes close Discord to this "
		"machine's address",
	.make_key = make_key,
	.validate = validate,
	.measure = measure,
	.step = step,
};
