/* http/transport.c - the multi handle: what waits, what is in flight, what is done.
 *
 * An exchange is in exactly one of three places: `waiting` (checked and built, its secrets already
 * put in), `flying` (added to the multi handle), or gone, its transfer in `done`. Connections stay open in the
 * multi handle, TLS sessions in the share, across exchanges. */
#include "http/transport.h"

#include <curl/curl.h>
#include <string.h>

#include "base/clock.h"
#include "base/thread.h"
#include "http/exchange.h"

#define CONNECTIONS_DEFAULT 32
#define ABORT_LOOK_MS 100
#define EXTRA_FDS_MAX 8

struct exchange_list {
	struct exchange *first, *last;
	size_t n;
};

struct done_item {
	struct transfer transfer;
	struct done_item *next;
};

struct transport {
	struct transport_options options;
	char *ca_file;
	CURLM *multi;
	CURLSH *share;
	struct flag *woken;
	struct exchange_list waiting, flying;
	struct done_item *done_first, *done_last;
	int64_t waited_us;
};

static void list_push(struct exchange_list *l, struct exchange *x)
{
	x->next = NULL;
	if (l->last)
		l->last->next = x;
	else
		l->first = x;
	l->last = x;
	l->n++;
}

static void list_remove(struct exchange_list *l, struct exchange *x)
{
	struct exchange *before = NULL;

	for (struct exchange *i = l->first; i != x; i = i->next)
		before = i;
	if (before)
		before->next = x->next;
	else
		l->first = x->next;
	if (l->last == x)
		l->last = before;
	l->n--;
}

static void done_push(struct transport *t, const struct transfer *transfer)
{
	struct done_item *d = xcalloc(1, sizeof(*d));

	d->transfer = *transfer;
	if (t->done_last)
		t->done_last->next = d;
	else
		t->done_first = d;
	t->done_last = d;
}

/* Takes one out: the one with the token, or any if `any`. */
static bool done_take(struct transport *t, bool any, const void *token, struct transfer *out)
{
	struct done_item *before = NULL;

	for (struct done_item *d = t->done_first; d; before = d, d = d->next) {
		if (!any && d->transfer.token != token)
			continue;
		if (before)
			before->next = d->next;
		else
			t->done_first = d->next;
		if (t->done_last == d)
			t->done_last = before;
		*out = d->transfer;
		xfree(&d);
		return true;
	}
	return false;
}

static void start_waiting(struct transport *t)
{
	while (t->waiting.first && t->flying.n < (size_t)t->options.max_connections) {
		struct exchange *x = t->waiting.first;

		list_remove(&t->waiting, x);
		x->started_ms = clock_mono_ms();
		INVARIANT(curl_multi_add_handle(t->multi, x->easy) == CURLM_OK,
			  "a new handle can be added");
		list_push(&t->flying, x);
	}
}

static void land(struct transport *t, struct exchange *x, CURLcode result)
{
	struct transfer transfer;

	/* Read before the handle is removed: removing resets nothing, but frees the connection. */
	exchange_finish(x, result, &transfer);
	curl_multi_remove_handle(t->multi, x->easy);
	list_remove(&t->flying, x);
	exchange_free(&x);
	done_push(t, &transfer);
}

static void perform(struct transport *t)
{
	CURLMsg *m;
	int running, left;

	do {
		start_waiting(t);
		curl_multi_perform(t->multi, &running);
		while ((m = curl_multi_info_read(t->multi, &left)) != NULL) {
			char *x = NULL;

			if (m->msg != CURLMSG_DONE)
				continue;
			curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &x);
			land(t, (struct exchange *)(void *)x, m->data.result);
		}
	} while (t->waiting.first && t->flying.n < (size_t)t->options.max_connections);
}

/* Ends one that is waiting or flying; NULL token never matches by accident, callers pass addresses. */
static void abort_one(struct transport *t, const void *token, struct transfer *out)
{
	struct exchange_list *lists[] = {&t->waiting, &t->flying};

	for (size_t i = 0; i < COUNT_OF(lists); i++)
		for (struct exchange *x = lists[i]->first; x; x = x->next) {
			if (x->token != token)
				continue;
			exchange_abort(x, out);
			if (lists[i] == &t->flying)
				curl_multi_remove_handle(t->multi, x->easy);
			list_remove(lists[i], x);
			exchange_free(&x);
			return;
		}
}

enum err transport_new(const struct transport_options *o, struct transport **out,
		       struct err_info *info)
{
	struct transport *t = xcalloc(1, sizeof(*t));

	t->options = *o;
	if (t->options.max_connections <= 0)
		t->options.max_connections = CONNECTIONS_DEFAULT;
	t->ca_file = xstrdup(o->ca_file);
	t->options.ca_file = t->ca_file;
	t->multi = curl_multi_init();
	t->share = curl_share_init();
	t->woken = flag_new();
	if (!t->multi || !t->share ||
	    curl_share_setopt(t->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION) ||
	    curl_multi_setopt(t->multi, CURLMOPT_MAXCONNECTS,
			      (long)t->options.max_connections * 2)) {
		transport_free(&t);
		return err_set(info, E_IO, "the HTTP library cannot start a transport");
	}
	*out = t;
	return OK;
}

void transport_free(struct transport **pt)
{
	struct transport *t = *pt;
	struct transfer left;

	if (!t)
		return;
	while (t->waiting.first)
		abort_one(t, t->waiting.first->token, &left);
	while (t->flying.first)
		abort_one(t, t->flying.first->token, &left);
	while (transport_done(t, &left))
		http_response_free(&left.response);
	curl_multi_cleanup(t->multi);
	curl_share_cleanup(t->share);
	flag_free(&t->woken);
	xfree(&t->ca_file);
	xfree(pt);
}

void transport_submit(struct transport *t, const struct http_request *request,
		      const struct secret_set *secrets, bool allow_loopback, void *token)
{
	struct transfer refused = {.token = token, .fate = TRANSFER_NOT_SENT};
	struct exchange *x;

	if (exchange_new(&t->options, t->share, request, secrets, allow_loopback, token, &x,
			 &refused.error))
		done_push(t, &refused);
	else
		list_push(&t->waiting, x);
}

void transport_run(struct transport *t, int64_t timeout_ms, const int *fds, bool *ready,
		   size_t n_fds)
{
	int64_t deadline = clock_mono_ms() + timeout_ms;
	struct curl_waitfd extra[EXTRA_FDS_MAX];
	int64_t before;
	bool stop = false;

	INVARIANT(n_fds <= EXTRA_FDS_MAX, "few descriptors are waited for beside the transfers");
	for (size_t i = 0; i < n_fds; i++)
		ready[i] = false;
	do {
		int64_t left = deadline - clock_mono_ms();

		perform(t);
		if (t->done_first || flag_get(t->woken) || left < 0)
			left = 0;
		stop = left == 0;
		for (size_t i = 0; i < n_fds; i++)
			extra[i] = (struct curl_waitfd){.fd = fds[i], .events = CURL_WAIT_POLLIN};
		before = clock_mono_us();
		curl_multi_poll(t->multi, extra, (unsigned)n_fds,
				left > INT32_MAX ? INT32_MAX : (int)left, NULL);
		t->waited_us += clock_mono_us() - before;
		for (size_t i = 0; i < n_fds; i++) {
			ready[i] = extra[i].revents != 0;
			stop |= ready[i];
		}
		perform(t);
		stop |= t->done_first != NULL || flag_get(t->woken);
	} while (!stop);
	flag_clear(t->woken);
}

bool transport_done(struct transport *t, struct transfer *out)
{
	return done_take(t, true, NULL, out);
}

int64_t transport_waited_us(const struct transport *t)
{
	return t->waited_us;
}

size_t transport_in_flight(const struct transport *t)
{
	return t->waiting.n + t->flying.n;
}

void transport_wake(struct transport *t)
{
	flag_set(t->woken);
	curl_multi_wakeup(t->multi);
}

enum err transport_exchange(struct transport *t, const struct http_request *request,
			    const struct secret_set *secrets, bool allow_loopback,
			    const struct flag *abort_flag, struct transfer *out,
			    struct err_info *info)
{
	struct transfer transfer;
	const void *token = &transfer;

	transport_submit(t, request, secrets, allow_loopback, &transfer);
	perform(t);
	while (!done_take(t, false, token, &transfer)) {
		if (abort_flag && flag_get(abort_flag)) {
			abort_one(t, token, &transfer);
			break;
		}
		curl_multi_poll(t->multi, NULL, 0, ABORT_LOOK_MS, NULL);
		perform(t);
	}
	transfer.token = NULL;
	if (info)
		*info = transfer.error;
	*out = transfer;
	return transfer.fate == TRANSFER_ANSWERED ? OK : out->error.code;
}
