/* platforms/mastodon.c - Mastodon and servers that speak its API: facts, checks, the way to the operations. */
#include "platforms/mastodon.h"

#include <string.h>

#include "base/rng.h"
#include "base/text.h"
#include "platforms/chain.h"
#include "platforms/richtext.h"

static const char *const media_types[] = {"image/jpeg", "image/png", "image/gif", "image/webp",
					  NULL};
static const char *const visibilities[] = {"public", "unlisted", "private", "direct"};

bool mastodon_call(const struct step_in *in, struct step_out *out, enum http_method method,
		   const char *path, bool auth)
{
	const char *base = adapter_base(in, "");

	if (base[0] == '\0') {
		step_fail(out, CLASS_PERMANENT, E_USAGE, NULL, NULL,
			  "Mastodon has many servers, and none is named");
		err_hint(&out->error, "name it with --server, for example https://social.example");
		return false;
	}
	out->request = http_request_new(method);
	out->verdict = STEP_SEND;
	out->commit_like = false;
	http_url(out->request, "%s%s", base, path);
	http_header(out->request, "Accept", "application/json");
	if (auth)
		http_bearer(out->request, SLOT_ACCESS);
	return true;
}

struct option_reader {
	struct arena *arena;
	struct mastodon_options *options;
	struct problems *problems; /* NULL: only read */
};

static void take_option(const char *key, const struct json *value, void *ctx)
{
	struct option_reader *r = ctx;
	const char *s = json_as_str(value);

	if (strcmp(key, MASTODON_OPTION_WARNING) == 0) {
		if (s != NULL && text_is_plain(s, strlen(s), NULL))
			r->options->warning = s[0] != '\0' ? arena_strdup(r->arena, s) : NULL;
		else if (r->problems != NULL)
			problem_add(r->problems, "option", 0, 0,
				    "the content warning is no plain text");
	} else if (strcmp(key, MASTODON_OPTION_SENSITIVE) == 0) {
		if (!adapter_option_bool(s, &r->options->sensitive) && r->problems != NULL)
			problem_add(r->problems, "option", 0, 0,
				    "mastodon.sensitive is either true or false");
	} else if (r->problems != NULL && strcmp(key, CHAIN_OPTION) != 0) {
		problem_add(r->problems, "option", 0, 0,
			    "mastodon.%s is no option of this platform", key);
	}
}

void mastodon_options_read(struct arena *a, const struct post *post, struct mastodon_options *o)
{
	struct option_reader r = {.arena = a, .options = o};

	*o = (struct mastodon_options){0};
	adapter_options(post, "mastodon", take_option, &r);
}

static void make_key(int64_t now_ms, char *out, size_t size)
{
	(void)now_ms;
	INVARIANT(size >= UUID_SIZE, "an idempotency key has room");
	rng_uuid(out);
}

/* Length as Mastodon counts: graphemes, a URL as a fixed number, "@user@host" as "@user". Other servers
 * count every code point. */
static int64_t count(const char *text, const struct mastodon_facts *f)
{
	struct arena *a;
	struct text_span *spans = NULL;
	struct strbuf shown;
	size_t n, done = 0;
	int64_t length = 0;

	if (f->known && !f->proper)
		return (int64_t)text_codepoints(text, strlen(text));
	a = arena_new();
	strbuf_init(&shown, JSON_BYTES_MAX);
	n = richtext_find(a, text, strlen(text), SPAN_LINK | SPAN_ADDRESS, &spans);
	for (size_t i = 0; i < n; i++) {
		size_t keep = spans[i].start;

		if (spans[i].kind == SPAN_LINK)
			length += f->url_length;
		else
			for (keep++; keep < spans[i].end && text[keep] != '@';)
				keep++;
		strbuf_add(&shown, text + done, keep - done);
		/* What stood left and right of a URL must not become one grapheme. */
		if (spans[i].kind == SPAN_LINK) {
			strbuf_putc(&shown, 'x');
			length--;
		}
		done = spans[i].end;
	}
	strbuf_puts(&shown, text + done);
	length += (int64_t)text_graphemes(shown.data, shown.len);
	strbuf_free(&shown);
	arena_free(&a);
	return length;
}

static int64_t measure_one(const struct post *post, const struct connection *conn)
{
	struct arena *a = arena_new();
	struct mastodon_options options;
	struct mastodon_facts f;
	int64_t length;

	mastodon_facts_read(conn, &f);
	mastodon_options_read(a, post, &options);
	length = count(adapter_text(a, post), &f);
	if (options.warning != NULL)
		length += count(options.warning, &f);
	mastodon_facts_free(&f);
	arena_free(&a);
	return length;
}

static void check_media(const struct post *post, const struct mastodon_facts *f,
			struct problems *out)
{
	const char *told[sizeof(media_types) / sizeof(media_types[0])];
	size_t n = 0;

	/* Of the types that we know, those that the server says it takes. */
	for (size_t i = 0; media_types[i] != NULL; i++) {
		bool taken = f->types == NULL;

		for (const struct json *t = json_first(f->types); t != NULL; t = json_next(t))
			taken = taken || (json_as_str(t) != NULL &&
					  strcmp(json_as_str(t), media_types[i]) == 0);
		if (taken)
			told[n++] = media_types[i];
	}
	told[n] = NULL;
	adapter_check_media(post, told, f->media_max, f->image_bytes_max, f->alt_max,
			    UNIT_CHARACTERS, out);
	for (size_t i = 0; i < post->n_media; i++) {
		const struct media *m = &post->media[i];

		if (m->width > 0 && m->height > 0 && m->width > f->pixels_max / m->height)
			problem_add(out, "media", f->pixels_max, 0,
				    "%s has more than the %lld pixels that the server takes",
				    m->name != NULL ? m->name : m->sha256,
				    (long long)f->pixels_max);
	}
}

static bool is_visibility(const char *v)
{
	for (size_t i = 0; i < COUNT_OF(visibilities); i++)
		if (strcmp(visibilities[i], v) == 0)
			return true;
	return false;
}

static void check_one(const struct post *post, const struct connection *conn, struct problems *out)
{
	struct mastodon_options options = {0};
	struct option_reader r = {.arena = out->arena, .options = &options, .problems = out};
	struct mastodon_facts f;
	int64_t length = measure_one(post, conn);

	mastodon_facts_read(conn, &f);
	adapter_check_text(post, out);
	if (length > f.text_max)
		problem_add(
			out, "text", f.text_max, length,
			"the text counts %lld characters, more than the %lld that the server takes",
			(long long)length, (long long)f.text_max);
	check_media(post, &f, out);
	if (post->visibility != NULL && post->visibility[0] != '\0' &&
	    !is_visibility(post->visibility))
		problem_add(out, "visibility", 0, 0,
			    "'%s' is none of public, unlisted, private and direct",
			    post->visibility);
	adapter_check_no_comment(post, mastodon_platform.title, out);
	adapter_options(post, "mastodon", take_option, &r);
	mastodon_facts_free(&f);
}

static const struct chain chain = {
	.platform = "mastodon",
	.publish = mastodon_publish,
	.settle = mastodon_settle,
	.takedown = mastodon_takedown,
	.validate = check_one,
	.measure = measure_one,
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

static int64_t measure(const struct post *post, const struct connection *conn)
{
	return chain_measure(&chain, post, conn);
}

static void step(const struct step_in *in, struct step_out *out)
{
	static adapter_operation *const operations[OP_COUNT] = {
		[OP_LOGIN] = mastodon_login,
		[OP_REFRESH] = mastodon_refresh,
		[OP_VERIFY] = mastodon_verify,
		[OP_REVOKE] = mastodon_revoke,
		[OP_PUBLISH] = publish,
		[OP_SETTLE] = settle,
		[OP_TAKEDOWN] = takedown,
		[OP_FACTS] = mastodon_facts,
		[OP_REGISTER] = mastodon_register,
		[OP_AUTHORIZE] = mastodon_authorize,
		[OP_CODE] = mastodon_code,
	};

	adapter_run(operations, in, out);
}

const struct platform mastodon_platform = {
	.name = "mastodon",
	.title = "Mastodon",
	.logins = LOGIN_TOKEN | LOGIN_OAUTH,
	.default_server = NULL,
	.server_is_choice = true,
	.secret_needed = true,
	.registers = true,
	.redirect = "loopback",
	.scopes = "read:accounts read:statuses write:statuses write:media",
	.version = "v1",
	.limits =
		{
			.thread_parts_max = CHAIN_PARTS_MAX,
			.text_max = 500,
			.text_unit = UNIT_GRAPHEMES,
			.url_length = 23,
			.alt_max = 1500,
			.images_max = 4,
			.image_bytes_max = 16777216,
		},
	.media_types = media_types,
	.settling = SETTLE_BY_KEY,
	.key_life_ms = MASTODON_KEY_LIFE_MS,
	.visibility_lag_ms = 0,
	.refresh_ahead_ms = 0,
	.quotas =
		"300 calls in 5 minutes; 300 posts in 3 hours; 30 media in 30 minutes (each server's own)",
	.make_key = make_key,
	.validate = validate,
	.measure = measure,
	.step = step,
};
