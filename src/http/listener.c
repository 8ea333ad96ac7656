/* http/listener.c - the small server, over libmicrohttpd.
 *
 * Each request has a `struct call` that lives from its first line until the library says that it is completed.
 * Waiting (a delay, a slow answer, silence) never holds a thread: the connection is suspended and put in
 * `waiting`; one timer thread resumes it when its time has come or, for silence, when the client has left.
 *
 * Invariants: (1) a call is in `waiting` exactly while its connection is suspended; (2) after `stopping`
 * is set nothing is suspended any more, so that the library can be stopped. */
#include "http/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/thread.h"
#include "http/ascii.h"

#define CONNECTION_LIMIT 1024u
#define CONNECTION_MEMORY ((size_t)32 << 10)
#define NEVER INT64_MAX
/* How long the end waits for answers on their way: the browser that ended a login must still see its page. */
#define DRAIN_MS 1000

enum call_stage {
	CALL_READING,
	CALL_WAITING, /* answered by the handler, delayed */
	CALL_LEAVING, /* the answer may go now */
	CALL_CLOSING  /* the connection ends without an answer */
};

struct call {
	struct listener *listener;
	struct MHD_Connection *connection;
	enum call_stage stage;
	bool answering; /* counted in the listener's `answering' */
	bool begun;     /* the library calls once before the body, and tells it by nothing */
	char *uri;      /* as sent: path and query */
	struct strbuf body;
	struct listener_answer answer;

	/* For answers that trickle or are cut. */
	int64_t next_byte_ms;

	/* In `waiting`: */
	int64_t resume_ms; /* monotonic; NEVER: until the client leaves */
	int fd;
	struct call *next;
};

struct listener {
	struct listener_options options;
	struct MHD_Daemon *daemon;
	int port;
	struct thread *timer;
	int timer_fd;
	int idle_fd;        /* readable when nothing is being answered any more */
	struct mutex *lock; /* guards what follows */
	struct call *waiting;
	size_t answering; /* whole answers, from their making until they have left */
	bool stopping;
};

/* ---- answers on their way --------------------------------------------- */

static void answering_begin(struct call *c)
{
	c->answering = true;
	mutex_lock(c->listener->lock);
	c->listener->answering++;
	mutex_unlock(c->listener->lock);
}

static void answering_end(struct call *c)
{
	struct listener *l = c->listener;
	uint64_t one = 1;
	size_t left;

	if (!c->answering)
		return;
	c->answering = false;
	mutex_lock(l->lock);
	left = --l->answering;
	mutex_unlock(l->lock);
	while (!left && write(l->idle_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void drain(struct listener *l)
{
	int64_t end = clock_mono_ms() + DRAIN_MS, left;
	struct pollfd p = {.fd = l->idle_fd, .events = POLLIN};
	uint64_t count;
	size_t busy;

	do {
		mutex_lock(l->lock);
		busy = l->answering;
		mutex_unlock(l->lock);
		left = end - clock_mono_ms();
		if (busy && left > 0 && poll(&p, 1, (int)left) > 0 &&
		    read(l->idle_fd, &count, sizeof(count)) < 0)
			continue; /* somebody else's wake-up: look again */
	} while (busy && left > 0);
}

/* ---- the timer -------------------------------------------------------- */

static void timer_wake(struct listener *l)
{
	uint64_t one = 1;

	while (write(l->timer_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

/* Suspends the connection until then. False: we are stopping, close instead. */
static bool call_suspend(struct call *c, int64_t resume_ms)
{
	struct listener *l = c->listener;
	bool can;

	mutex_lock(l->lock);
	can = !l->stopping;
	if (can) {
		const union MHD_ConnectionInfo *info = MHD_get_connection_info(
			c->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

		c->fd = info->connect_fd;
		c->resume_ms = resume_ms;
		c->next = l->waiting;
		l->waiting = c;
		MHD_suspend_connection(c->connection);
	}
	mutex_unlock(l->lock);
	if (can)
		timer_wake(l);
	return can;
}

/* Resumes what is due, fills fds with the silent ones; returns how many, *timeout_ms till the next. */
static size_t timer_sweep(struct listener *l, struct pollfd **fds, int *timeout_ms)
{
	int64_t now = clock_mono_ms(), next = NEVER;
	size_t n = 1, room = 1;
	struct call **link;

	mutex_lock(l->lock);
	for (struct call *c = l->waiting; c; c = c->next)
		room++;
	*fds = xrealloc(*fds, room, sizeof(**fds));
	(*fds)[0] = (struct pollfd){.fd = l->timer_fd, .events = POLLIN};
	for (link = &l->waiting; *link;) {
		struct call *c = *link;

		if (c->resume_ms <= now || l->stopping) {
			*link = c->next;
			if (l->stopping)
				c->stage = CALL_CLOSING;
			MHD_resume_connection(c->connection);
			continue;
		}
		if (c->resume_ms == NEVER)
			(*fds)[n++] = (struct pollfd){.fd = c->fd, .events = POLLRDHUP};
		else if (c->resume_ms < next)
			next = c->resume_ms;
		link = &c->next;
	}
	mutex_unlock(l->lock);
	*timeout_ms = next == NEVER ? -1 : next - now > INT32_MAX ? INT32_MAX : (int)(next - now);
	return n;
}

/* The clients that have left a silent connection. */
static void timer_hang_up(struct listener *l, const struct pollfd *fds, size_t n)
{
	mutex_lock(l->lock);
	for (size_t i = 1; i < n; i++) {
		if (!fds[i].revents)
			continue;
		for (struct call *c = l->waiting; c; c = c->next)
			if (c->fd == fds[i].fd && c->resume_ms == NEVER) {
				c->stage = CALL_CLOSING;
				c->resume_ms = 0;
			}
	}
	mutex_unlock(l->lock);
}

static void timer_run(void *self)
{
	struct listener *l = self;
	struct pollfd *fds = NULL;
	bool stopping = false;

	while (!stopping) {
		uint64_t count;
		int timeout_ms;
		size_t n;

		/* Read before the sweep, so that the last sweep sees everything. */
		mutex_lock(l->lock);
		stopping = l->stopping;
		mutex_unlock(l->lock);
		n = timer_sweep(l, &fds, &timeout_ms);
		if (stopping || poll(fds, n, timeout_ms) <= 0)
			continue;
		if (fds[0].revents && read(l->timer_fd, &count, sizeof(count)) < 0)
			continue;
		timer_hang_up(l, fds, n);
	}
	xfree(&fds);
}

/* ---- answering -------------------------------------------------------- */

/* A reset instead of an end: leaving the association is what sends it at once. */
static void reset_connection(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
	struct linger at_once = {.l_onoff = 1};

	setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	if (connect(info->connect_fd, &nowhere, sizeof(nowhere)) != 0)
		shutdown(info->connect_fd, SHUT_RDWR);
}

/* Gives the body in the manner that was asked for. */
static ssize_t answer_read(void *self, uint64_t at, char *out, size_t room)
{
	struct call *c = self;
	const struct listener_answer *a = &c->answer;
	size_t end = a->manner == LISTENER_TRUNCATE ? a->len / 2 : a->len;
	size_t n = end > at ? end - (size_t)at : 0;
	int64_t now = clock_mono_ms();

	if (n == 0 || c->stage == CALL_CLOSING)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (a->manner == LISTENER_SLOW) {
		int64_t rate = a->bytes_per_s > 0 ? a->bytes_per_s : 1;
		/* Ten portions a second, or one byte when it is due. */
		size_t portion = rate > 10 ? (size_t)rate / 10 : 1;

		if (now < c->next_byte_ms)
			return call_suspend(c, c->next_byte_ms) ? 0
								: MHD_CONTENT_READER_END_WITH_ERROR;
		n = n < portion ? n : portion;
		c->next_byte_ms = now + (int64_t)n * 1000 / rate;
	}
	n = n < room ? n : room;
	memcpy(out, a->body + at, n);
	return (ssize_t)n;
}

static enum MHD_Result answer_queue(struct call *c)
{
	struct listener_answer *a = &c->answer;
	struct MHD_Response *r;
	enum MHD_Result ok;

	/* The body lives in the call's arena until the request is completed. */
	if (a->manner == LISTENER_NORMAL)
		r = MHD_create_response_from_buffer(a->len, (void *)(uintptr_t)a->body,
						    MHD_RESPMEM_PERSISTENT);
	else
		r = MHD_create_response_from_callback(a->len, 4096, answer_read, c, NULL);
	if (!r)
		die("out of memory");
	if (a->type)
		MHD_add_response_header(r, "Content-Type", a->type);
	for (size_t i = 0; i < a->n_headers; i++)
		MHD_add_response_header(r, a->headers[i].name, a->headers[i].value);
	ok = MHD_queue_response(c->connection, (unsigned)a->status, r);
	MHD_destroy_response(r);
	return ok;
}

static enum MHD_Result answer_leave(struct call *c)
{
	switch (c->answer.manner) {
	case LISTENER_NORMAL:
		return answer_queue(c);
	case LISTENER_RESET:
		answering_end(c);
		reset_connection(c->connection);
		return MHD_NO;
	case LISTENER_SILENCE:
		answering_end(c);
		c->stage = CALL_CLOSING;
		return call_suspend(c, NEVER) ? MHD_YES : MHD_NO;
	default:
		answering_end(c);
		return answer_queue(c);
	}
}

/* ---- reading ---------------------------------------------------------- */

static int hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes once, in the arena. What is no escape, or would be a NUL, stays as it is. */
static char *decode(struct arena *a, const char *s, size_t n, bool plus_is_space)
{
	char *out = arena_strndup(a, s, n);
	size_t to = 0;

	for (size_t i = 0; i < n; i++) {
		int high = -1, low = -1;

		if (s[i] == '%' && i + 2 < n) {
			high = hex_value(s[i + 1]);
			low = hex_value(s[i + 2]);
		}
		if (high >= 0 && low >= 0 && (high | low) != 0) {
			out[to++] = (char)(high * 16 + low);
			i += 2;
		} else {
			out[to++] = plus_is_space && s[i] == '+' ? ' ' : s[i];
		}
	}
	out[to] = '\0';
	return out;
}

static void call_handle(struct call *c, const char *method)
{
	struct listener *l = c->listener;
	struct listener_answer *a = &c->answer;
	size_t path_len = strcspn(c->uri, "?");
	struct listener_request r = {
		.method = method, .body = c->body.data, .len = c->body.len, .impl = c->connection};

	r.path = decode(a->arena, c->uri, path_len, false);
	r.query = c->uri[path_len] ? c->uri + path_len + 1 : "";
	r.host = listener_header(&r, "Host");
	if (!r.host)
		r.host = "";
	a->status = 500;
	a->body = "";
	answering_begin(c);
	l->options.handle(l->options.self, &r, a);
}

/* What is announced as too large is refused before it is read. */
static enum MHD_Result call_begin(struct call *c)
{
	const char *length = MHD_lookup_connection_value(c->connection, MHD_HEADER_KIND,
							 "Content-Length");

	c->begun = true;
	if (!length || strtoull(length, NULL, 10) <= c->listener->options.max_body_bytes)
		return MHD_YES;
	c->stage = CALL_LEAVING;
	c->answer.status = 413;
	c->answer.body = "";
	return answer_queue(c);
}

static void *on_uri(void *self, const char *uri, struct MHD_Connection *connection)
{
	struct call *c = xcalloc(1, sizeof(*c));
	struct listener *l = self;

	c->listener = l;
	c->connection = connection;
	c->uri = xstrdup(uri);
	c->answer.arena = arena_new_wiped();
	strbuf_init_wiped(&c->body, l->options.max_body_bytes);
	return c;
}

static enum MHD_Result on_access(void *self, struct MHD_Connection *connection, const char *url,
				 const char *method, const char *version, const char *upload,
				 size_t *upload_size, void **context)
{
	struct call *c = *context;

	(void)self;
	(void)connection;
	(void)url;
	(void)version;
	switch (c->stage) {
	case CALL_READING:
		if (*upload_size > 0) {
			strbuf_add(&c->body, upload, *upload_size);
			*upload_size = 0;
			return c->body.overflowed ? MHD_NO : MHD_YES;
		}
		if (!c->begun)
			return call_begin(c);
		call_handle(c, method);
		c->stage = CALL_LEAVING;
		if (c->answer.delay_ms <= 0)
			return answer_leave(c);
		c->stage = CALL_WAITING;
		answering_end(c);
		if (call_suspend(c, clock_mono_ms() + c->answer.delay_ms))
			return MHD_YES;
		return MHD_NO;
	case CALL_WAITING:
		c->stage = CALL_LEAVING;
		return answer_leave(c);
	case CALL_LEAVING:
		return MHD_YES;
	case CALL_CLOSING:
		break;
	}
	return MHD_NO;
}

static void on_completed(void *self, struct MHD_Connection *connection, void **context,
			 enum MHD_RequestTerminationCode why)
{
	struct call *c = *context;

	(void)self;
	(void)connection;
	(void)why;
	if (!c)
		return;
	*context = NULL;
	answering_end(c);
	strbuf_free(&c->body);
	arena_free(&c->answer.arena);
	wipe(c->uri, strlen(c->uri));
	xfree(&c->uri);
	xfree(&c);
}

/* ---- starting and stopping -------------------------------------------- */

static enum err parse_address(const struct listener_options *o, struct sockaddr_storage *ss,
			      struct err_info *info)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)o->port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)o->port)};

	memset(ss, 0, sizeof(*ss));
	if (o->port < 0 || o->port > 65535)
		return err_set(info, E_INVALID, "%d is not a port", o->port);
	if (inet_pton(AF_INET, o->address, &in.sin_addr) == 1 &&
	    ntohl(in.sin_addr.s_addr) >> 24 == 127) {
		memcpy(ss, &in, sizeof(in));
		return OK;
	}
	if (inet_pton(AF_INET6, o->address, &in6.sin6_addr) == 1 &&
	    IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr)) {
		memcpy(ss, &in6, sizeof(in6));
		return OK;
	}
	return err_set(info, E_INVALID, "%s is not a loopback address", o->address);
}

/* Our own socket, for the library would let another process share the port. SO_REUSEADDR: a restart
 * need not wait for the last run's connections. */
static enum err open_socket(const struct sockaddr_storage *ss, int *out, int *port,
			    struct err_info *info)
{
	struct sockaddr_storage bound;
	socklen_t len = ss->ss_family == AF_INET ? sizeof(struct sockaddr_in)
						 : sizeof(struct sockaddr_in6);
	socklen_t bound_len = sizeof(bound);
	int yes = 1;
	int fd = socket(ss->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
	    bind(fd, (const struct sockaddr *)ss, len) != 0 || listen(fd, SOMAXCONN) != 0 ||
	    getsockname(fd, (struct sockaddr *)&bound, &bound_len) != 0) {
		enum err e = err_set_errno(info, errno, "cannot listen on loopback");

		if (fd >= 0)
			close(fd);
		return e;
	}
	*out = fd;
	*port = ntohs(ss->ss_family == AF_INET ? ((struct sockaddr_in *)&bound)->sin_port
					       : ((struct sockaddr_in6 *)&bound)->sin6_port);
	return OK;
}

/* The library makes its threads itself; they inherit the mask. Takes the socket if it succeeds. */
static struct MHD_Daemon *start_daemon(struct listener *l, int fd)
{
	unsigned pool = l->options.threads > 1 ? (unsigned)l->options.threads : 0;
	unsigned timeout_s = (unsigned)((l->options.request_timeout_ms + 999) / 1000);
	struct MHD_Daemon *d;
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	d = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_access,
		l, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK, on_uri, l,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, l, MHD_OPTION_CONNECTION_LIMIT,
		CONNECTION_LIMIT, MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT, timeout_s,
		pool ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, pool, MHD_OPTION_END);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return d;
}

const char *listener_header(const struct listener_request *r, const char *name)
{
	return MHD_lookup_connection_value(r->impl, MHD_HEADER_KIND, name);
}

const char *listener_param(const struct listener_request *r, struct arena *a, const char *name,
			   bool *twice)
{
	const char *found = NULL;
	const char *s = r->query;

	if (twice)
		*twice = false;
	while (*s) {
		size_t n = strcspn(s, "&");
		const char *eq = memchr(s, '=', n);
		size_t name_len = eq ? (size_t)(eq - s) : n;

		if (strcmp(decode(a, s, name_len, true), name) == 0) {
			if (found) {
				if (twice)
					*twice = true;
				return NULL;
			}
			found = eq ? decode(a, eq + 1, n - name_len - 1, true) : "";
		}
		s += n + (s[n] == '&');
	}
	return found;
}

enum err listener_new(const struct listener_options *o, struct listener **out,
		      struct err_info *info)
{
	struct sockaddr_storage ss;
	struct listener *l;
	int fd;
	enum err e = parse_address(o, &ss, info);

	if (e)
		return e;
	l = xcalloc(1, sizeof(*l));
	l->options = *o;
	l->lock = mutex_new();
	l->timer_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	l->idle_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (l->timer_fd < 0 || l->idle_fd < 0) {
		e = err_set_errno(info, errno, "cannot make a wake-up descriptor");
		goto fail;
	}
	e = open_socket(&ss, &fd, &l->port, info);
	if (e)
		goto fail;
	l->daemon = start_daemon(l, fd);
	if (!l->daemon) {
		close(fd);
		e = err_set(info, E_IO, "the HTTP library cannot start a listener");
		goto fail;
	}
	e = thread_start(&l->timer, "listener", timer_run, l, info);
	if (e)
		goto fail;
	*out = l;
	return OK;
fail:
	listener_free(&l);
	return e;
}

int listener_port(const struct listener *l)
{
	return l->port;
}

void listener_free(struct listener **pl)
{
	struct listener *l = *pl;
	int fd = -1;

	if (!l)
		return;
	if (l->daemon)
		fd = MHD_quiesce_daemon(l->daemon);
	if (l->daemon)
		drain(l);
	mutex_lock(l->lock);
	l->stopping = true;
	mutex_unlock(l->lock);
	if (l->timer) {
		timer_wake(l);
		thread_join(&l->timer);
	}
	if (l->daemon)
		MHD_stop_daemon(l->daemon);
	if (fd >= 0)
		close(fd);
	if (l->timer_fd >= 0)
		close(l->timer_fd);
	if (l->idle_fd >= 0)
		close(l->idle_fd);
	mutex_free(&l->lock);
	xfree(pl);
}
