/* sandbox/sandbox.c - starting and stopping, finding the platform, and doing what the faults say.
 *
 * One lock is held while a request is understood and carried out; the flush of the ledger, the only thing that
 * takes long, happens outside it, so that requests that come together share one. */
#include "sandbox/sandbox.h"

#include <string.h>

#include "base/clock.h"
#include "base/thread.h"
#include "sandbox/call.h"
#include "sandbox/media_host.h"

#define THREADS 4
#define BODY_BYTES_MAX ((size_t)64 << 20)
#define IDLE_MS 60000

/* An answer that no client should take for one. */
#define GARBAGE "\x00\xff\xfe{\"uri\": <html>\x1b[2J"

static const struct sandbox_platform *const simulated[] = {
	&sandbox_bluesky,   &sandbox_mastodon,       &sandbox_x,
	&sandbox_linkedin,  &sandbox_facebook,       &sandbox_instagram,
	&sandbox_threads,   &sandbox_telegram,       &sandbox_discord,
	&sandbox_pinterest, &sandbox_google_business};
static const char *const simulated_names[] = {
	"bluesky",         "mastodon",   "x",        "linkedin", "facebook",
	"instagram",       "threads",    "telegram", "discord",  "pinterest",
	"google_business", "media_host", NULL};

/* Where their servers answer. */
static const struct mount {
	const char *prefix;
	const struct sandbox_platform *platform;
	bool ignores_keys;
} mounts[] = {
	{"/bluesky", &sandbox_bluesky, false},
	{"/mastodon", &sandbox_mastodon, false},
	{"/mastodon-nokey", &sandbox_mastodon, true},
	{"/x", &sandbox_x, false},
	{"/linkedin", &sandbox_linkedin, false},
	{"/facebook", &sandbox_facebook, false},
	{"/instagram", &sandbox_instagram, false},
	{"/threads", &sandbox_threads, false},
	{"/telegram", &sandbox_telegram, false},
	{"/discord", &sandbox_discord, false},
	{"/pinterest", &sandbox_pinterest, false},
	{"/google_business", &sandbox_google_business, false},
	{MEDIA_HOST_PREFIX, &sandbox_media_host, false},
};

struct sandbox {
	struct listener *listener;
	struct ledger *ledger;
	struct world *world;
	struct faults *faults;
	struct mutex *lock; /* guards world and faults */
	char *address;      /* "http://127.0.0.1:PORT" */
};

/* ---- a request -------------------------------------------------------- */

/* How the answer is damaged after the request was carried out. */
static void damage_answer(struct call *c, struct fault f)
{
	struct listener_answer *a = c->answer;

	switch (f.kind) {
	case FAULT_LATENCY:
		a->delay_ms = f.arg;
		break;
	case FAULT_RESET_AFTER:
		a->manner = LISTENER_RESET;
		break;
	case FAULT_DROP_ANSWER:
		a->manner = LISTENER_SILENCE;
		break;
	case FAULT_ERROR_AFTER:
		a->n_headers = 0;
		c->platform->refuse(c, (int)f.arg);
		break;
	case FAULT_TRUNCATE:
		a->manner = LISTENER_TRUNCATE;
		break;
	case FAULT_GARBAGE:
		a->body = GARBAGE;
		a->len = sizeof(GARBAGE) - 1;
		break;
	case FAULT_SLOW:
		a->manner = LISTENER_SLOW;
		a->bytes_per_s = f.arg;
		break;
	default:
		break;
	}
}

static void answer_with_fault(struct call *c, struct fault f)
{
	switch (f.kind) {
	case FAULT_STATUS:
		c->platform->refuse(c, (int)f.arg);
		return;
	case FAULT_429:
		c->platform->limit(c, f.arg);
		return;
	case FAULT_RESET_BEFORE:
		c->answer->manner = LISTENER_RESET;
		return;
	case FAULT_DUPLICATE:
		c->platform->refuse_duplicate(c);
		return;
	case FAULT_EXPIRE:
	case FAULT_REVOKE:
	case FAULT_ROTATE:
		c->platform->damage(c, f.kind);
		c->platform->answer(c);
		return;
	default:
		c->platform->answer(c);
		damage_answer(c, f);
		return;
	}
}

/* The server whose prefix the path has; *rest is what follows it. */
static const struct mount *find_mount(const char *path, const char **rest)
{
	for (size_t i = 0; i < COUNT_OF(mounts); i++) {
		size_t n = strlen(mounts[i].prefix);

		if (strncmp(path, mounts[i].prefix, n) == 0 &&
		    (path[n] == '/' || path[n] == '\0')) {
			*rest = path + n;
			return &mounts[i];
		}
	}
	return NULL;
}

static void handle(void *self, const struct listener_request *r, struct listener_answer *a)
{
	struct sandbox *s = self;
	const struct mount *mount;
	struct call c = {.world = s->world,
			 .ledger = s->ledger,
			 .request = r,
			 .answer = a,
			 .now_ms = clock_wall_ms()};

	mount = find_mount(r->path, &c.path);
	if (!mount) {
		a->status = 404;
		a->type = "text/plain";
		a->body = "no platform of the sandbox has this path\n";
		a->len = strlen(a->body);
		return;
	}
	c.platform = mount->platform;
	c.ignores_keys = mount->ignores_keys;
	mutex_lock(s->lock);
	c.server = arena_printf(a->arena, "%s%s", s->address, mount->prefix);
	answer_with_fault(&c, faults_take(s->faults, c.platform->name, c.platform->steps(&c)));
	mutex_unlock(s->lock);
	if (c.ledger_line)
		ledger_sync(s->ledger, c.ledger_line);
}

/* ---- starting and stopping -------------------------------------------- */

/* "127.0.0.1:80", "[::1]:80", ":80", "80". */
static enum err parse_listen(const char *s, char **address, int *port, struct err_info *info)
{
	const char *colon = strrchr(s, ':');
	const char *digits = colon ? colon + 1 : s;
	size_t n = colon ? (size_t)(colon - s) : 0;
	int value = 0;

	if (n >= 2 && s[0] == '[' && s[n - 1] == ']') {
		s++;
		n -= 2;
	}
	if (!*digits || strlen(digits) > 5 || strspn(digits, "0123456789") != strlen(digits))
		return err_set(info, E_USAGE, "%s is no address and port", s);
	for (; *digits; digits++)
		value = value * 10 + (*digits - '0');
	if (value > 65535)
		return err_set(info, E_USAGE, "%d is no port", value);
	*address = n > 0 ? xstrndup(s, n) : xstrdup("127.0.0.1");
	*port = value;
	return OK;
}

static enum err start_world(struct sandbox *s, const struct sandbox_options *o,
			    struct err_info *info)
{
	const struct world_options w = {.accounts = o->accounts,
					.seed = o->seed,
					.visibility_lag_ms = o->visibility_lag_ms,
					.state = o->state};
	enum err e = world_new(&w, &s->world, info);

	if (e)
		return e;
	for (size_t i = 0; i < COUNT_OF(simulated); i++)
		simulated[i]->make_accounts(s->world, o->accounts);
	return world_load(s->world, info);
}

/* A kill between the state's line and the ledger's leaves one post out of the ledger. */
static void mend_ledger(struct sandbox *s)
{
	struct post *p = world_last_post(s->world);

	if (p && !ledger_ends_with(s->ledger, p->remote_id))
		ledger_sync(s->ledger, ledger_append(s->ledger, p->line, strlen(p->line)));
}

static enum err start_listener(struct sandbox *s, const char *listen, struct err_info *info)
{
	struct listener_options l = {.threads = THREADS,
				     .max_body_bytes = BODY_BYTES_MAX,
				     .request_timeout_ms = IDLE_MS,
				     .handle = handle,
				     .self = s};
	char *address = NULL;
	enum err e = parse_listen(listen ? listen : "127.0.0.1:0", &address, &l.port, info);

	if (e)
		return e;
	l.address = address;
	/* The address is read by the first request, which may come before we know the port. */
	mutex_lock(s->lock);
	e = listener_new(&l, &s->listener, info);
	if (!e)
		s->address = xasprintf(strchr(address, ':') ? "http://[%s]:%d" : "http://%s:%d",
				       address, listener_port(s->listener));
	mutex_unlock(s->lock);
	xfree(&address);
	return e;
}

static struct json *describe_platform(const struct sandbox *s, const struct sandbox_platform *p)
{
	struct json *j = json_new_object(), *list;
	struct account *a;

	for (size_t i = 0; i < COUNT_OF(mounts); i++) {
		char *server = xasprintf("%s%s", s->address, mounts[i].prefix);

		if (mounts[i].platform == p)
			json_set_str(j, mounts[i].ignores_keys ? "server_without_keys" : "server",
				     server);
		xfree(&server);
	}
	list = json_set(j, "accounts", json_new_array());
	for (size_t n = 0; (a = world_nth_account(s->world, p->name, n)) != NULL; n++) {
		struct json *o = json_add(list, json_new_object());

		json_set_str(o, "handle", a->handle);
		if (p->secret_is_path) {
			char *address = xasprintf("%s%s", json_str(j, "server"), a->secret);

			json_set_str(o, "secret", address);
			xfree(&address);
		} else {
			json_set_str(o, "secret", a->secret);
		}
	}
	return j;
}

enum err sandbox_start(const struct sandbox_options *o, struct sandbox **out, struct err_info *info)
{
	struct sandbox *s = xcalloc(1, sizeof(*s));
	enum err e;

	s->lock = mutex_new();
	e = faults_new(o->faults, simulated_names, o->seed, &s->faults, info);
	if (!e)
		e = start_world(s, o, info);
	if (!e)
		e = ledger_open(o->ledger, &s->ledger, info);
	if (!e) {
		mend_ledger(s);
		e = start_listener(s, o->listen, info);
	}
	if (e)
		sandbox_stop(&s);
	else
		*out = s;
	return e;
}

struct json *sandbox_describe(const struct sandbox *s)
{
	struct json *j = json_new_object(), *platforms;

	json_set_str(j, "listening", s->address);
	json_set_str(j, "ledger", ledger_path(s->ledger));
	platforms = json_set(j, "platforms", json_new_object());
	for (size_t i = 0; i < COUNT_OF(simulated); i++)
		json_set(platforms, simulated[i]->name, describe_platform(s, simulated[i]));
	json_set(j, "media_host", media_host_describe(s->world, s->address));
	return j;
}

void sandbox_stop(struct sandbox **s)
{
	if (!*s)
		return;
	listener_free(&(*s)->listener);
	ledger_close(&(*s)->ledger);
	world_free(&(*s)->world);
	faults_free(&(*s)->faults);
	mutex_free(&(*s)->lock);
	xfree(&(*s)->address);
	xfree(s);
}
