/* platforms/pinterest_settle.c - is an unclear pin there, and taking one down.
 *
 * The board's pins are read page by page, for nothing is said of their order, and compared by link, title, description and
 * time. Not found proves nothing: a person decides. */
#include "platforms/pinterest.h"

#include <string.h>

#include "base/when.h"
#include "platforms/adapter.h"
#include "platforms/fold.h"

/* How much older than the attempt a pin may seem, by clocks that differ. */
#define CLOCK_SLACK_MS ((int64_t)2 * 60 * 1000)
#define PAGES_MAX 8
#define BOOKMARK_BYTES_MAX 2048

static bool same(const char *theirs, const char *ours)
{
	struct strbuf a, b;
	bool equal;

	strbuf_init(&a, JSON_BYTES_MAX);
	strbuf_init(&b, JSON_BYTES_MAX);
	fold_text(&a, theirs != NULL ? theirs : "", theirs != NULL ? strlen(theirs) : 0);
	fold_text(&b, ours != NULL ? ours : "", ours != NULL ? strlen(ours) : 0);
	fold_end(&a);
	fold_end(&b);
	equal = strcmp(a.data, b.data) == 0;
	strbuf_free(&a);
	strbuf_free(&b);
	return equal;
}

/* Addresses may come back with a closing slash. */
static bool same_link(const char *theirs, const char *ours)
{
	size_t n = theirs != NULL ? strlen(theirs) : 0, m = ours != NULL ? strlen(ours) : 0;

	while (n > 0 && theirs[n - 1] == '/')
		n--;
	while (m > 0 && ours[m - 1] == '/')
		m--;
	return n == m && (n == 0 || strncmp(theirs, ours, n) == 0);
}

static bool is_ours(const struct step_in *in, const struct json *pin)
{
	const char *made = json_str(pin, "created_at");
	int64_t ms;

	if (made == NULL || when_parse(made, "UTC", 0, &ms, NULL) != OK ||
	    ms < in->key_time_ms - CLOCK_SLACK_MS)
		return false;
	return same_link(json_str(pin, "link"), in->post->link) &&
	       same(json_str(pin, "title"), in->post->title) &&
	       same(json_str(pin, "description"), in->post->text);
}

static void ask_list(const struct step_in *in, struct step_out *out, const char *bookmark,
		     int64_t page)
{
	struct http_request *r = pinterest_call(in, out, HTTP_GET, "/boards/");

	http_url_escaped(r, pinterest_board(out->arena, in));
	http_url(r, "/pins");
	http_query(r, "page_size", "250");
	http_query(r, "bookmark", bookmark);
	json_free(&out->state);
	out->state = json_is_object(in->state) ? json_copy(in->state) : json_new_object();
	json_set_int(out->state, "page", page);
}

static void take_list(const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response);
	const struct json *items = json_get(j, "items");
	const char *bookmark = json_str(j, "bookmark"), *id;
	int64_t page = json_int(in->state, "page", 0);

	out->verdict = STEP_ABSENT;
	if (!json_is_array(items))
		judge_odd(in, out, false, "list of posts");
	for (const struct json *pin = json_first(items); pin != NULL; pin = json_next(pin)) {
		id = adapter_id(out->arena, pin, "id");
		if (!pinterest_is_id(id) || !is_ours(in, pin))
			continue;
		out->verdict = STEP_DONE;
		out->remote_id = id;
		out->remote_url = pinterest_url(out->arena, id);
		break;
	}
	if (out->verdict == STEP_ABSENT && json_len(items) > 0 && bookmark != NULL &&
	    bookmark[0] != '\0' && strlen(bookmark) <= BOOKMARK_BYTES_MAX && page >= 0 &&
	    page < PAGES_MAX - 1)
		ask_list(in, out, bookmark, page + 1);
	json_free(&j);
}

void pinterest_settle(const struct step_in *in, struct step_out *out)
{
	if (pinterest_is_id(json_str(in->state, "id"))) {
		progress_settle(in, out);
	} else if (in->response == NULL && !pinterest_is_id(pinterest_board(out->arena, in))) {
		out->verdict = STEP_UNDECIDED;
	} else if (in->response == NULL) {
		ask_list(in, out, NULL, 0);
	} else if (adapter_ok(in->response)) {
		take_list(in, out);
	} else {
		judge_fail(&pinterest_judge, in, out, false);
		/* A board that cannot be read tells nothing. */
		if (in->response->status == 403 || in->response->status == 404)
			out->verdict = STEP_UNDECIDED;
		else if (out->error_class == CLASS_PERMANENT && in->response->status != 429)
			out->error_class = CLASS_TRANSIENT;
	}
}

void pinterest_takedown(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL && !pinterest_is_id(in->remote_id)) {
		step_fail(out, CLASS_PERMANENT, E_STATE, NULL, NULL, "the post's id is not known");
	} else if (in->response == NULL) {
		http_url_escaped(pinterest_call(in, out, HTTP_DELETE, "/pins/"), in->remote_id);
	} else if (adapter_ok(in->response)) {
		out->verdict = STEP_DONE;
	} else {
		judge_fail(&pinterest_judge, in, out, false);
		/* Gone already, says Pinterest itself. */
		if (in->response->status == 404 && out->error_class == CLASS_PERMANENT)
			out->verdict = STEP_DONE;
	}
}
