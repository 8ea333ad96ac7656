/* ops/oauth.c - the part of a login that happens in a person's browser: authorization code with PKCE (RFC 8252, 7636).
 *
 * The listener binds 127.0.0.1 alone, serves one random path, and takes the first callback that
 * carries our state; anything else is answered with 400 and waited past, for any page of any site can call it. Its
 * thread hands the code over through a queue. A callback URL that a person pastes is judged by the same rule. */
#include "ops/oauth.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rng.h"
#include "base/thread.h"
#include "http/listener.h"
#include "http/transport.h"
#include "platforms/platform.h"
#include "publisher/exchange.h"
#include "store/connections.h"
#include "vault/hash.h"
#include "vault/secret.h"

#define RANDOM_BYTES 32
#define WAIT_MS INT64_C(300000)
#define LOOK_MS 100
#define LINE_BYTES_MAX ((size_t)8192)
#define CLIENT_NAME "Masthead"

/* What the listener's thread sends over. */
struct answer {
	struct secret *code; /* NULL: refused */
	char error[128];
};

struct flow {
	struct ops *o;
	const struct account *account;
	const struct connect_request *r;
	struct arena *a;
	char *state, *challenge, *challenge_hex, *path;
	struct loopback_uri uri; /* authority NULL: the callback can only be pasted */
	const char *issuer; /* the server that may send people back; NULL: any, they do not say */
	struct listener *listener;
	struct queue *answers;
	struct flag *taken;
	/* The address is out: from here on the listener's thread may read all that is above, for it stays. */
	struct flag *shown;
	struct oauth_grant grant;
	char *line; /* what was pasted so far; wiped */
	size_t line_len;
};

/* ---------------------------------------------------------------- random and digests */

static char *random_text(struct arena *a)
{
	unsigned char bytes[RANDOM_BYTES];
	struct strbuf b;
	char *s;

	rng_bytes(bytes, sizeof(bytes));
	strbuf_init_wiped(&b, 128);
	base64_encode(&b, bytes, sizeof(bytes), BASE64_URL);
	s = arena_strdup(a, b.data);
	strbuf_free(&b);
	wipe(bytes, sizeof(bytes));
	return s;
}

static void make_proof(struct flow *f)
{
	unsigned char digest[HASH_BYTES];
	struct strbuf b;

	/* The arena is wiped when freed; the verifier itself is kept as a secret. */
	char *verifier = random_text(f->a);

	f->grant.verifier = secret_new(verifier, strlen(verifier));
	sha256_bytes(verifier, strlen(verifier), digest);
	wipe(verifier, strlen(verifier));
	strbuf_init(&b, 128);
	base64_encode(&b, digest, sizeof(digest), BASE64_URL);
	f->challenge = arena_strdup(f->a, b.data);
	strbuf_free(&b);
	f->challenge_hex = arena_alloc(f->a, HASH_HEX_SIZE);
	hex_encode(digest, sizeof(digest), f->challenge_hex);
	f->state = random_text(f->a);
}

/* ---------------------------------------------------------------- addresses */

bool oauth_loopback_uri(const char *uri, struct arena *a, struct loopback_uri *out)
{
	const char *host = uri + strlen("http://"), *colon, *slash;
	struct loopback_uri x = {0};

	if (strncmp(uri, "http://", strlen("http://")) || !http_url_is_loopback(uri))
		return false;
	slash = strchr(host, '/');
	x.path = slash ? arena_strdup(a, slash) : "/";
	x.authority = slash ? arena_strndup(a, host, (size_t)(slash - host))
			    : arena_strdup(a, host);
	colon = strrchr(x.authority, ':');
	if (colon && !strchr(colon, ']')) {
		char *end;
		long port = strtol(colon + 1, &end, 10);

		if (port < 1 || port > 65535 || *end)
			return false;
		x.port = (int)port;
	}
	if (strpbrk(x.path, "?#"))
		return false;
	*out = x;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The decoded value of a query's parameter in buf; false: absent, twice, or too long. */
static bool query_value(const char *query, const char *name, char *buf, size_t size)
{
	size_t len = strlen(name), n = 0, seen = 0;

	for (const char *p = query; *p; p += strcspn(p, "&#"), p += *p == '&') {
		if (*p == '#')
			break;
		if (strncmp(p, name, len) || p[len] != '=')
			continue;
		if (seen++)
			return false;
		for (p += len + 1; *p && *p != '&' && *p != '#'; p++) {
			int high = *p == '%' ? hex_digit(p[1]) : -1,
			    low = high >= 0 ? hex_digit(p[2]) : -1;

			if (n + 1 >= size)
				return false;
			buf[n++] = *p == '+' ? ' ' : *p;
			if (low >= 0) {
				buf[n - 1] = (char)(high << 4 | low);
				p += 2;
			}
		}
		buf[n] = 0;
	}
	return seen == 1 && n > 0 && strlen(buf) == n;
}

static bool same_state(const char *given, const char *state)
{
	return given && strlen(given) == strlen(state) && bytes_equal(given, state, strlen(state));
}

/* How long "scheme://authority" is at the beginning of an address. */
static size_t origin_len(const char *url)
{
	const char *mark = strstr(url, "://");

	return mark ? (size_t)(mark - url) + 3 + strcspn(mark + 3, "/?#") : strlen(url);
}

/* RFC 9207: was a person sent back by the server that we sent them to? One that a stranger runs could have passed them
 * on to another, for a code of that one (mix-up). Servers that do not say who they are are taken at their word. */
static bool is_issuer(const char *iss, const char *issuer)
{
	size_t n = iss && issuer ? origin_len(issuer) : 0;

	return !iss || !issuer || (origin_len(iss) == n && !strncasecmp(iss, issuer, n));
}

enum err oauth_pasted_code(const char *line, const char *state, const char *issuer,
			   struct secret **code, struct err_info *info)
{
	const char *mark = strchr(line, '?'), *query = mark ? mark + 1 : line;
	char given[256], value[4096];
	enum err e = OK;

	if (!query_value(query, "state", given, sizeof(given)) || !same_state(given, state))
		return err_set(info, E_INVALID,
			       "what was pasted is not the callback address of this login");
	if (query_value(query, "iss", value, sizeof(value)) && !is_issuer(value, issuer))
		return err_set(info, E_INVALID,
			       "what was pasted comes from %.200s, and not from %s", value, issuer);
	if (query_value(query, "error", value, sizeof(value)))
		e = err_set(info, E_LOGIN_FAILED, "the login was refused: %.200s", value);
	else if (query_value(query, "code", value, sizeof(value)))
		*code = secret_new(value, strlen(value));
	else
		e = err_set(info, E_INVALID, "what was pasted holds no code");
	wipe(value, sizeof(value));
	return e;
}

/* ---------------------------------------------------------------- the listener's thread */

static void dispose_answer(void *item)
{
	struct answer *x = item;

	secret_free(&x->code);
	xfree(&x);
}

static void say(struct listener_answer *out, int status, const char *text)
{
	out->status = status;
	out->type = "text/html; charset=utf-8";
	out->body = arena_printf(out->arena, "<!doctype html><title>Masthead</title><p>%s</p>\n",
				 text);
	out->len = strlen(out->body);
	out->headers[0].name = "Referrer-Policy";
	out->headers[0].value = "no-referrer";
	out->headers[1].name = "Cache-Control";
	out->headers[1].value = "no-store";
	out->n_headers = 2;
}

/* The value of a parameter that stands there once. False: it stands there twice. */
static bool once(const struct listener_request *q, struct arena *a, const char *name,
		 const char **value)
{
	bool twice = false;

	*value = listener_param(q, a, name, &twice);
	return !twice;
}

/* A browser that comes back from the platform goes to a page. Scripts and pictures of other pages say that they are such. */
static bool is_navigation(const struct listener_request *q)
{
	const char *origin = listener_header(q, "Origin");
	const char *mode = listener_header(q, "Sec-Fetch-Mode");

	return (!origin || !strcmp(origin, "null")) && (!mode || !strcmp(mode, "navigate"));
}

static void on_callback(void *self, const struct listener_request *q, struct listener_answer *out)
{
	struct flow *f = self;
	struct arena *a = arena_new_wiped();
	const char *state, *code, *error, *iss;
	struct answer *x;
	bool ours;

	if (!flag_get(f->shown) || strcmp(q->method, "GET") || strcmp(q->path, f->uri.path) ||
	    strcmp(q->host, f->uri.authority) || !is_navigation(q)) {
		say(out, 404, "There is nothing here.");
		goto done;
	}
	/* All are looked for, whatever the first ones are like. */
	ours = once(q, a, "state", &state);
	ours = once(q, a, "code", &code) && ours;
	ours = once(q, a, "error", &error) && ours;
	ours = once(q, a, "iss", &iss) && ours;
	ours = ours && same_state(state, f->state) && is_issuer(iss, f->issuer) &&
	       ((code && *code) || (error && *error));
	if (!ours || flag_get(f->taken)) {
		say(out, 400, "This is not the login that Masthead waits for.");
		goto done;
	}
	flag_set(f->taken);
	x = xcalloc(1, sizeof(*x));
	if (code && !error)
		x->code = secret_new(code, strlen(code));
	else
		snprintf(x->error, sizeof(x->error), "%s", error);
	queue_send(f->answers, x);
	say(out, 200,
	    code && !error ? "Done. You can close this window and go back to the terminal."
			   : "The login was refused. You can go back to the terminal.");
done:
	arena_free(&a);
}

static enum err listen(struct flow *f, struct err_info *info)
{
	struct listener_options o = {
		.address = "127.0.0.1",
		.port = f->uri.port,
		.threads = 1,
		.max_body_bytes = LINE_BYTES_MAX,
		.request_timeout_ms = 5000,
		.handle = on_callback,
		.self = f,
	};

	return listener_new(&o, &f->listener, info);
}

/* ---------------------------------------------------------------- who we are to the platform */

/* What is not named is taken from the client that was used before; another client takes nothing from it. */
static enum err recall_client(struct flow *f, struct err_info *info)
{
	struct oauth_client kept = {0};
	enum err e = OK;

	f->grant.named_uri = f->r->redirect_uri;
	f->grant.client_id = f->r->client_id;
	if (f->account->secrets[CONN_CLIENT_SECRET])
		f->grant.client_secret = secret_copy(f->account->secrets[CONN_CLIENT_SECRET]);
	if (!f->account->platform->registers)
		e = oauth_client_recall(f->o, f->account->platform, f->account->conn.server, f->a,
					&kept, info);
	if (!e && kept.id && (!f->grant.client_id || !strcmp(f->grant.client_id, kept.id))) {
		f->grant.client_id = kept.id;
		if (!f->grant.named_uri)
			f->grant.named_uri = kept.redirect_uri;
		if (!f->grant.client_secret) {
			f->grant.client_secret = kept.secret;
			kept.secret = NULL;
		}
	}
	secret_free(&kept.secret);
	return e;
}

static enum err choose_redirect(struct flow *f, struct err_info *info)
{
	const struct platform *p = f->account->platform;
	const char *kind = p->redirect ? p->redirect : "loopback", *named = f->grant.named_uri;
	char *path;
	enum err e;

	if (!named && strcmp(kind, "loopback")) {
		e = err_set(info, E_USAGE,
			    "%s needs the redirect URI that was registered for the client",
			    p->title);
		err_hint(info, "give it with --redirect-uri%s",
			 strcmp(kind, "https")
				 ? ""
				 : " and paste the address that the browser ends at (--paste)");
		return e;
	}
	if (named) {
		f->grant.redirect_uri = named;
		if (!oauth_loopback_uri(named, f->a, &f->uri))
			f->uri.authority = NULL;
		if (!f->uri.authority && !f->r->paste) {
			e = err_set(info, E_USAGE, "the browser cannot come back to %s by itself",
				    named);
			err_hint(info,
				 "add --paste, and paste the address that the browser ends at");
			return e;
		}
		return f->uri.authority && f->uri.port ? listen(f, info) : OK;
	}
	/* A path that nobody can guess; the port is the kernel's choice. */
	path = random_text(f->a);
	path[22] = 0;
	f->uri.path = arena_printf(f->a, "/%s", path);
	f->uri.authority = "127.0.0.1";
	e = listen(f, info);
	if (!e) {
		f->uri.port = listener_port(f->listener);
		f->uri.authority = arena_printf(f->a, "127.0.0.1:%d", f->uri.port);
		f->grant.redirect_uri = arena_printf(f->a, "http://%s%s", f->uri.authority,
						     f->uri.path);
	}
	return e;
}

static enum err ask(struct flow *f, enum platform_op op, struct step_out *out,
		    struct err_info *info)
{
	struct oauth_in in = {
		.has_secret = f->grant.client_secret != NULL,
		.client_id = f->grant.client_id,
		.redirect_uri = f->grant.redirect_uri,
		.state = f->state,
		.challenge = f->challenge,
		.challenge_hex = f->challenge_hex,
		.client_name = CLIENT_NAME,
	};
	struct exchange x;

	account_exchange(f->o, f->account, &x);
	x.in.op = op;
	x.in.oauth = &in;
	x.in.choice =
		f->r->account; /* which one is meant decides what is asked for (LinkedIn's pages) */
	x.secrets.slot[SLOT_VERIFIER] = f->grant.verifier;
	x.secrets.slot[SLOT_CLIENT_SECRET] = f->grant.client_secret;
	x.abort_flag = f->r->abort_flag;
	return exchange_run(f->o->transport, &x, out, NULL, NULL, info);
}

static enum err choose_client(struct flow *f, struct err_info *info)
{
	const struct platform *p = f->account->platform;
	struct step_out out;
	enum err e;

	if (f->grant.client_id && (f->grant.client_secret || !p->secret_needed))
		return OK;
	if (f->grant.client_id || !p->registers) {
		e = err_set(info, E_USAGE, "%s needs a client that you have registered there",
			    p->title);
		err_hint(info, "give %s",
			 p->secret_needed ? "--client-id and --client-secret-fd" : "--client-id");
		return e;
	}
	e = ask(f, OP_REGISTER, &out, info);
	if (e)
		return e;
	if (out.client_id)
		f->grant.client_id = arena_strdup(f->a, out.client_id);
	if (out.client_secret)
		f->grant.client_secret = secret_new(out.client_secret, strlen(out.client_secret));
	step_out_free(&out);
	return f->grant.client_id ? OK
				  : err_set(info, E_PROTOCOL,
					    "%s registered us without saying as what", p->title);
}

/* ---------------------------------------------------------------- waiting */

/* Takes what can be read; a whole line is judged. */
static enum err read_paste(struct flow *f, struct err_info *info)
{
	ssize_t k = read(f->r->paste_fd, f->line + f->line_len, LINE_BYTES_MAX - f->line_len);
	char *end;
	enum err e;

	if (k < 0 && (errno == EINTR || errno == EAGAIN))
		return OK;
	if (k <= 0 && !f->line_len)
		return err_set(info, E_INTERRUPTED, "the input ended before an address was pasted");
	f->line_len += k > 0 ? (size_t)k : 0;
	f->line[f->line_len] = 0;
	end = strpbrk(f->line, "\r\n");
	if (!end && k > 0 && f->line_len < LINE_BYTES_MAX)
		return OK;
	if (end)
		*end = 0;
	e = oauth_pasted_code(f->line, f->state, f->issuer, &f->grant.code, info);
	wipe(f->line, LINE_BYTES_MAX);
	f->line_len = 0;
	return e;
}

static enum err take_answer(struct flow *f, struct answer *x, struct err_info *info)
{
	enum err e = OK;

	if (x->code) {
		f->grant.code = x->code;
		x->code = NULL;
	} else {
		e = err_set(info, E_LOGIN_FAILED, "the login was refused at %s: %s",
			    f->account->platform->title, x->error);
	}
	dispose_answer(x);
	return e;
}

static enum err wait_for_code(struct flow *f, struct err_info *info)
{
	int64_t end = clock_mono_ms() + (f->r->timeout_ms > 0 ? f->r->timeout_ms : WAIT_MS);
	struct pollfd fds[2] = {{.fd = queue_fd(f->answers), .events = POLLIN},
				{.fd = f->r->paste ? f->r->paste_fd : -1, .events = POLLIN}};
	enum err e = OK;

	while (!e && !f->grant.code) {
		struct answer *x = queue_receive(f->answers);

		if (x)
			return take_answer(f, x, info);
		if (f->r->abort_flag && flag_get(f->r->abort_flag))
			return err_set(info, E_INTERRUPTED,
				       "interrupted while waiting for the browser");
		if (clock_mono_ms() >= end)
			return err_set(info, E_TIMEOUT, "the browser did not come back in time");
		if (poll(fds, COUNT_OF(fds), LOOK_MS) > 0 && fds[1].revents)
			e = read_paste(f, info);
	}
	return e;
}

enum err oauth_ask_person(struct ops *o, const struct account *x, const struct connect_request *r,
			  struct arena *a, struct oauth_grant *out, struct err_info *info)
{
	struct flow f = {.o = o, .account = x, .r = r, .a = a};
	const char *base = config_platform(o->app->config, x->platform->name, "api_base");
	struct step_out answer;
	enum err e;

	if (x->platform->server_is_choice)
		f.issuer = base && *base ? base : x->conn.server;

	f.answers = queue_new(dispose_answer);
	f.taken = flag_new();
	f.shown = flag_new();
	f.line = xcalloc(1, LINE_BYTES_MAX + 1);
	make_proof(&f);
	e = recall_client(&f, info);
	if (!e)
		e = choose_redirect(&f, info);
	if (!e)
		e = choose_client(&f, info);
	if (!e) {
		e = ask(&f, OP_AUTHORIZE, &answer, info);
		if (!e) {
			flag_set(f.shown);
			r->show(r->self, answer.authorize_url ? answer.authorize_url : "");
			step_out_free(&answer);
			e = wait_for_code(&f, info);
		}
	}
	if (f.listener)
		listener_free(&f.listener); /* joins: nobody sends after this */
	queue_free(&f.answers);
	flag_free(&f.taken);
	flag_free(&f.shown);
	wipe(f.line, LINE_BYTES_MAX);
	xfree(&f.line);
	if (e)
		oauth_grant_free(&f.grant);
	else
		*out = f.grant;
	return e;
}

void oauth_grant_free(struct oauth_grant *g)
{
	secret_free(&g->client_secret);
	secret_free(&g->code);
	secret_free(&g->verifier);
}
