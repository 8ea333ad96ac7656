/* tests/unit/publisher/rig.c - a workspace with one Bluesky account, and a small server that plays tricks. */
#include "rig.h"

#include <ftw.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "http/transport.h"
#include "vault/vault.h"

#define DID "did:plc:alice22222222222222222222"

void rig_must(struct rig *r, enum err got, const char *call, const char *file, int line)
{
	if (got == OK)
		return;
	print_error("%s:%d: %s gave %s: %s\n", file, line, call, err_name(got), r->info.text);
	_fail(file, line);
}

/* ---- a wall clock that can be set ----------------------------------------- */

static _Atomic int64_t wall_offset_ms;

static int64_t set_wall_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + atomic_load(&wall_offset_ms);
}

static const struct clock_source settable = {.wall_ms = set_wall_ms};

/* ---- the server ---------------------------------------------------------- */

static void say(struct listener_answer *a, int status, struct json *body)
{
	struct strbuf b;

	strbuf_init(&b, 1 << 16);
	json_write(&b, body, false);
	json_free(&body);
	a->status = status;
	a->type = "application/json";
	a->body = arena_strdup(a->arena, b.data);
	a->len = b.len;
	strbuf_free(&b);
}

static void say_error(struct listener_answer *a, int status, const char *name, const char *words)
{
	struct json *j = json_new_object();

	json_set_str(j, "error", name);
	json_set_str(j, "message", words);
	say(a, status, j);
}

static void say_record(struct listener_answer *a, const char *key)
{
	struct json *j = json_new_object();
	char *uri = xasprintf("at://" DID "/app.bsky.feed.post/%s", key);

	json_set_str(j, "uri", uri);
	json_set_str(j, "cid", "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a");
	say(a, 200, j);
	xfree(&uri);
}

static size_t find_post(struct server *v, const char *key)
{
	size_t i = 0;

	while (i < v->n_posts && strcmp(v->posts[i].key, key) != 0)
		i++;
	return i;
}

static void accept_post(struct server *v, const char *key, const char *text)
{
	size_t i = find_post(v, key);

	if (i == POSTS_MAX)
		return;
	if (i == v->n_posts) {
		snprintf(v->posts[i].key, sizeof(v->posts[i].key), "%s", key);
		snprintf(v->posts[i].text, sizeof(v->posts[i].text), "%s", text);
		v->posts[i].visible_at = clock_mono_ms() + v->hide_ms;
		v->n_posts++;
	}
}

static void create(struct server *v, const char *key, const char *text, struct listener_answer *a)
{
	enum trick t = v->at_trick < v->n_tricks ? v->tricks[v->at_trick++] : TRICK_NONE;

	if (t == TRICK_NONE || t == TRICK_500_AFTER || t == TRICK_RESET_AFTER ||
	    t == TRICK_SILENCE_AFTER || t == TRICK_GARBAGE_AFTER) {
		if (t == TRICK_NONE && find_post(v, key) < v->n_posts) {
			say_error(a, 500, "InternalServerError", "Internal Server Error");
			return;
		}
		accept_post(v, key, text);
	}
	switch (t) {
	case TRICK_500:
	case TRICK_500_AFTER:
		say_error(a, 500, "InternalServerError", "Internal Server Error");
		break;
	case TRICK_RESET:
	case TRICK_RESET_AFTER:
		a->manner = LISTENER_RESET;
		break;
	case TRICK_SILENCE_AFTER:
		a->manner = LISTENER_SILENCE;
		break;
	case TRICK_GARBAGE_AFTER:
		a->status = 200;
		a->type = "text/html";
		a->body = "<html>It works!</html>";
		a->len = strlen(a->body);
		break;
	case TRICK_429:
		say_error(a, 429, "RateLimitExceeded", "Rate Limit Exceeded");
		a->headers[a->n_headers].name = "Retry-After";
		a->headers[a->n_headers++].value = "1";
		break;
	case TRICK_REFUSE:
		say_error(a, 400, "InvalidRequest",
			  "Invalid app.bsky.feed.post record: too much of it");
		break;
	default:
		say_record(a, key);
		break;
	}
}

static bool has_token(const struct server *v, const struct listener_request *r, const char *kind)
{
	const char *given = listener_header(r, "Authorization");
	char want[64];

	snprintf(want, sizeof(want), "Bearer %s-%d", kind, v->token);
	return given && strcmp(given, want) == 0;
}

static void refresh(struct server *v, const struct listener_request *r, struct listener_answer *a)
{
	struct json *j;
	char token[32];

	v->refreshes++;
	if (v->refuse_refresh || !has_token(v, r, "ref")) {
		say_error(a, 400, "ExpiredToken", "Token has been revoked");
		return;
	}
	v->token++;
	j = json_new_object();
	snprintf(token, sizeof(token), "acc-%d", v->token);
	json_set_str(j, "accessJwt", token);
	snprintf(token, sizeof(token), "ref-%d", v->token);
	json_set_str(j, "refreshJwt", token);
	json_set_str(j, "handle", "alice.test");
	json_set_str(j, "did", DID);
	say(a, 200, j);
}

static void read_record(struct server *v, const struct listener_request *r,
			struct listener_answer *a)
{
	bool twice = false;
	const char *key = listener_param(r, a->arena, "rkey", &twice);
	size_t i = find_post(v, key ? key : "");

	v->reads++;
	if (!v->read_mono)
		v->read_mono = clock_mono_ms();
	if (i < v->n_posts && v->posts[i].visible_at <= clock_mono_ms())
		say_record(a, key);
	else
		say_error(a, 400, "RecordNotFound", "Could not locate record");
}

static void publish(struct server *v, const struct listener_request *r, struct listener_answer *a)
{
	struct json *j = NULL;
	const char *key, *text;

	v->creates++;
	v->read_mono = 0;
	atomic_fetch_add(&wall_offset_ms, v->jump_ms);
	v->jump_ms = 0;
	if (v->refuse_posts || !has_token(v, r, "acc")) {
		say_error(a, 400, "ExpiredToken", "Token has expired");
		return;
	}
	if (json_parse(r->body, r->len, JSON_BYTES_MAX, &j, NULL)) {
		say_error(a, 400, "InvalidRequest", "no JSON");
		return;
	}
	key = json_str(j, "rkey");
	text = json_as_str(json_at(j, "record.text"));
	create(v, key ? key : "", text ? text : "", a);
	json_free(&j);
}

static void handle(void *self, const struct listener_request *r, struct listener_answer *a)
{
	struct server *v = self;

	mutex_lock(v->mutex);
	a->delay_ms = v->delay_ms;
	if (strstr(r->path, "createRecord"))
		publish(v, r, a);
	else if (strstr(r->path, "getRecord"))
		read_record(v, r, a);
	else if (strstr(r->path, "refreshSession"))
		refresh(v, r, a);
	else if (strstr(r->path, "getSession") && has_token(v, r, "acc"))
		say_error(a, 200, "none", "none");
	else
		say_error(a, 400, "ExpiredToken", "Token has expired");
	mutex_unlock(v->mutex);
}

static void server_start(struct rig *r)
{
	struct listener_options o = {.address = "127.0.0.1",
				     .threads = 4,
				     .max_body_bytes = 1 << 20,
				     .request_timeout_ms = 30000,
				     .handle = handle,
				     .self = &r->server};

	r->server.mutex = mutex_new();
	r->server.token = 1;
	must(r, listener_new(&o, &r->server.listener, &r->info));
	r->server.port = listener_port(r->server.listener);
}

/* ---- the workspace ------------------------------------------------------- */

static void connect_account(struct rig *r)
{
	struct brand_values b = {
		.name = "northwind", .timezone = "UTC", .catch_up_min = CATCH_UP_DEFAULT};
	char *server = xasprintf("http://127.0.0.1:%d", r->server.port);
	struct secret *access = secret_new("acc-1", 5), *refresh_token = secret_new("ref-1", 5);
	struct connection_values v = {.platform = "bluesky",
				      .account = "alice.test",
				      .account_id = DID,
				      .server = server,
				      .endpoint = server,
				      .loopback = true,
				      .access = access,
				      .refresh = refresh_token};

	must(r, store_begin(r->s, &r->info));
	must(r, brand_add(r->s, &b, &r->brand, &r->info));
	v.brand_id = r->brand;
	must(r, connection_store(r->s, &v, &r->connection, NULL, &r->info));
	must(r, store_commit(r->s, &r->info));
	secret_free(&access);
	secret_free(&refresh_token);
	xfree(&server);
}

int rig_setup(void **state)
{
	struct rig *r = xcalloc(1, sizeof(*r));
	struct workspace_options o = {.create = true, .patience_ms = 5000};

	atomic_store(&wall_offset_ms, 0);
	clock_set_source(&settable);
	must(r, vault_global_init(&r->info));
	must(r, http_global_init(&r->info));
	snprintf(r->top, sizeof(r->top), "%s/masthead-publisher-XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	assert_non_null(mkdtemp(r->top));
	r->a = arena_new();
	r->dir = fs_join(r->top, "workspace");
	r->keys = fs_join(r->top, "keys");
	o.dir = r->dir;
	o.keys_dir = r->keys;
	r->actor = (struct actor){"tester", NULL};
	r->o = (struct publisher_settings){.timeout_ms = 600,
					   .connect_timeout_ms = 300,
					   .retry_base_ms = 10,
					   .retry_cap_ms = 200,
					   .settle_lag_ms = 20,
					   .catch_up_ms = 3600000,
					   .in_flight = 32,
					   .shutdown_limit_ms = 3000};
	must(r, workspace_open(&o, &r->w, &r->info));
	must(r, store_open(r->w, SCOPE_SERVICE, &r->actor, &r->service, &r->info));
	must(r, store_open(r->w, 1, &r->actor, &r->s, &r->info));
	server_start(r);
	connect_account(r);
	*state = r;
	return 0;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)kind;
	(void)where;
	return remove(path);
}

int rig_teardown(void **state)
{
	struct rig *r = *state;

	listener_free(&r->server.listener);
	store_close(&r->s);
	store_close(&r->service);
	workspace_close(&r->w);
	mutex_free(&r->server.mutex);
	nftw(r->top, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	arena_free(&r->a);
	xfree(&r->dir);
	xfree(&r->keys);
	xfree(&r);
	clock_set_source(NULL);
	return 0;
}

/* ---- what the tests do ---------------------------------------------------- */

void rig_trick(struct rig *r, enum trick t)
{
	mutex_lock(r->server.mutex);
	r->server.tricks[r->server.n_tricks++] = t;
	mutex_unlock(r->server.mutex);
}

int64_t rig_job_as(struct rig *r, enum job_status st, int64_t at, int64_t max_retries)
{
	struct post p = {.brand_id = r->brand};
	struct job_values v = {.connection_id = r->connection,
			       .status = st,
			       .scheduled_at = at,
			       .next_attempt_at = at,
			       .max_retries = max_retries};
	static int n;
	char hash[65], text[32];
	int64_t id;

	snprintf(text, sizeof(text), "post %d", ++n);
	p.text = text;
	post_hash(&p, hash);
	v.content_hash = hash;
	must(r, store_begin(r->s, &r->info));
	must(r, post_add(r->s, &p, &v.post_id, &r->info));
	must(r, job_add(r->s, &v, &id, &r->info));
	must(r, store_commit(r->s, &r->info));
	return id;
}

int64_t rig_job(struct rig *r)
{
	return rig_job_as(r, JOB_PENDING, clock_wall_ms(), 3);
}

struct job rig_job_get(struct rig *r, int64_t id)
{
	struct job j;

	must(r, job_get(r->s, 1, id, r->a, &j, &r->info));
	return j;
}

struct attempt rig_attempt(struct rig *r, int64_t job, int64_t n)
{
	struct attempt *list;
	size_t count;

	must(r, job_attempts(r->s, 1, job, r->a, &list, &count, &r->info));
	for (size_t i = 0; i < count; i++)
		if (list[i].n == n)
			return list[i];
	fail_msg("job %lld has no attempt %lld", (long long)job, (long long)n);
	return (struct attempt){0};
}

struct connection rig_connection(struct rig *r)
{
	struct connection c;

	must(r, connection_get(r->s, 1, r->connection, r->a, &c, &r->info));
	return c;
}

void rig_tokens(struct rig *r, const char *access, const char *refresh_token, int64_t expires_at)
{
	struct secret *a = access ? secret_new(access, strlen(access)) : NULL;
	struct secret *f = refresh_token ? secret_new(refresh_token, strlen(refresh_token)) : NULL;
	struct connection_values v = {.access = a, .refresh = f, .expires_at = expires_at};

	must(r, store_begin(r->s, &r->info));
	must(r, connection_update(r->s, 1, r->connection, &v, true, &r->info));
	must(r, store_commit(r->s, &r->info));
	secret_free(&a);
	secret_free(&f);
}

enum err rig_run(struct rig *r, int64_t timeout_ms)
{
	struct publisher_run run = {.until_idle = true, .timeout_ms = timeout_ms, .wake_fd = -1};

	return publisher_run(r->w, &r->o, &r->actor, "run", &run, &r->tally, &r->info);
}

size_t rig_posts(struct rig *r)
{
	size_t n;

	mutex_lock(r->server.mutex);
	n = r->server.n_posts;
	mutex_unlock(r->server.mutex);
	return n;
}

int rig_most(struct rig *r)
{
	int most = 0;

	mutex_lock(r->server.mutex);
	for (size_t i = 0; i < r->server.n_posts; i++) {
		int same = 0;

		for (size_t k = 0; k < r->server.n_posts; k++)
			same += strcmp(r->server.posts[i].text, r->server.posts[k].text) == 0;
		if (same > most)
			most = same;
	}
	mutex_unlock(r->server.mutex);
	return most;
}

bool rig_wait(struct rig *r, bool (*cond)(struct rig *r, int64_t arg), int64_t arg)
{
	int64_t end = clock_mono_ms() + 20000;

	while (clock_mono_ms() < end) {
		if (cond(r, arg))
			return true;
		poll(NULL, 0, 5);
	}
	return false;
}

bool rig_is_published(struct rig *r, int64_t job)
{
	return rig_job_get(r, job).status == JOB_PUBLISHED;
}
