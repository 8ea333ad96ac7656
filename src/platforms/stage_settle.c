/* platforms/stage_settle.c - is an unclear post by container there, and taking one down.
 *
 * The container tells: published means that it is there, finished, expired or failed that it is not (whether a late
 * publishing may follow is the driver's affair, which looks again). The list then only names the post. Without a
 * container there is the list alone, and not found proves nothing. */
#include <string.h>

#include "base/text.h"
#include "platforms/adapter.h"
#include "platforms/fold.h"
#include "platforms/stage.h"

/* How much older than the attempt a post may seem, by clocks that differ. */
#define CLOCK_SLACK_MS ((int64_t)2 * 60 * 1000)
#define WORKING_WAIT_MS ((int64_t)30 * 1000)

enum stage_word stage_word(const struct stage *s, const struct json *answer)
{
	static const struct {
		const char *name;
		enum stage_word word;
	} words[] = {{"IN_PROGRESS", STAGE_WORKING},
		     {"FINISHED", STAGE_FINISHED},
		     {"PUBLISHED", STAGE_PUBLISHED},
		     {"EXPIRED", STAGE_EXPIRED},
		     {"ERROR", STAGE_ERROR}};
	const char *status = json_str(answer, s->status);

	for (size_t i = 0; status != NULL && i < COUNT_OF(words); i++)
		if (strcmp(status, words[i].name) == 0)
			return words[i].word;
	return STAGE_NOTHING;
}

struct http_request *stage_ask_status(const struct stage *s, const struct step_in *in,
				      struct step_out *out, const char *container)
{
	struct http_request *r = graph_call(s->g, in, out, HTTP_GET, SLOT_ACCESS);

	http_url(r, "/");
	http_url_escaped(r, container);
	http_query(r, "fields", s->status_fields);
	return r;
}

void stage_ask_list(const struct stage *s, const struct step_in *in, struct step_out *out)
{
	struct http_request *r = graph_call(s->g, in, out, HTTP_GET, SLOT_ACCESS);

	http_url(r, "/");
	http_url_escaped(r, in->conn->account_id != NULL ? in->conn->account_id : "me");
	http_url(r, "/%s", s->create);
	http_query(r, "fields", s->list_fields);
	if (s->list_since != NULL)
		http_query(r, s->list_since,
			   arena_printf(out->arena, "%lld",
					(long long)((in->key_time_ms - CLOCK_SLACK_MS) / 1000)));
	http_query(r, "limit", "50");
}

static void plain_form(struct strbuf *out, const char *s)
{
	struct strbuf b;

	strbuf_init(&b, 2 * JSON_BYTES_MAX);
	text_nfc(&b, s, strlen(s));
	fold_text(out, b.data, b.len);
	fold_end(out);
	strbuf_free(&b);
}

static bool same_text(const char *a, const char *b)
{
	struct strbuf x, y;
	bool same;

	strbuf_init(&x, 2 * JSON_BYTES_MAX);
	strbuf_init(&y, 2 * JSON_BYTES_MAX);
	plain_form(&x, a != NULL ? a : "");
	plain_form(&y, b != NULL ? b : "");
	same = strcmp(x.data, y.data) == 0;
	strbuf_free(&x);
	strbuf_free(&y);
	return same;
}

bool stage_find(const struct stage *s, const struct step_in *in, struct arena *a,
		const struct json *answer, const char **id, const char **url)
{
	const char *text = s->text_of(a, in->post);

	for (const struct json *p = json_first(json_get(answer, "data")); p != NULL;
	     p = json_next(p)) {
		const char *found = graph_id(a, p, "id");

		if (found == NULL ||
		    graph_time(json_str(p, "timestamp")) < in->key_time_ms - CLOCK_SLACK_MS ||
		    !same_text(json_str(p, s->text), text))
			continue;
		*id = found;
		*url = graph_permalink(a, p, "permalink");
		return true;
	}
	return false;
}

/* Settling */

static const char *container_of(const struct step_in *in)
{
	const char *id = json_str(in->state, "container");

	return graph_is_id(id) ? id : NULL;
}

static void keep(const struct step_in *in, struct step_out *out, const char *ask, bool published)
{
	struct json *state = json_is_object(in->state) ? json_copy(in->state) : json_new_object();

	json_set_str(state, "settle", ask);
	json_set_bool(state, "published", published);
	json_free(&out->state);
	out->state = state;
}

static void done(struct step_out *out, const char *id, const char *url)
{
	out->verdict = STEP_DONE;
	out->remote_id = arena_strdup(out->arena, id);
	out->remote_url = arena_strdup(out->arena, url);
}

static void ask_list(const struct stage *s, const struct step_in *in, struct step_out *out,
		     bool published)
{
	stage_ask_list(s, in, out);
	keep(in, out, "list", published);
}

/* A look that was refused is repeated later. */
static void fail(const struct stage *s, const struct step_in *in, struct step_out *out)
{
	graph_fail(s->g, in, out, false);
	if (out->error_class == CLASS_PERMANENT && out->error.code != E_CONFIG)
		out->error_class = CLASS_TRANSIENT;
}

static void take_status(const struct stage *s, const struct step_in *in, struct step_out *out)
{
	struct json *j;

	if (!adapter_ok(in->response)) {
		graph_fail(s->g, in, out, false);
		/* Of a container that is not known any more only the list can tell. */
		if (out->error_class == CLASS_PERMANENT && out->error.code != E_CONFIG)
			ask_list(s, in, out, false);
		return;
	}
	j = adapter_object(in->response);
	switch (stage_word(s, j)) {
	case STAGE_PUBLISHED:
		ask_list(s, in, out, true);
		break;
	case STAGE_FINISHED:
	case STAGE_EXPIRED:
	case STAGE_ERROR:
		out->verdict = STEP_ABSENT;
		break;
	case STAGE_WORKING:
		step_fail(out, CLASS_TRANSIENT, E_TIMEOUT, in->response, NULL,
			  "the server has not finished with the post's files");
		out->at = in->now_ms + WORKING_WAIT_MS;
		break;
	default:
		judge_odd(in, out, false, "state of the container");
		break;
	}
	json_free(&j);
}

static void take_list(const struct stage *s, const struct step_in *in, struct step_out *out)
{
	bool published = json_bool(in->state, "published", false) && container_of(in) != NULL;
	const char *id = NULL, *url = NULL;
	struct json *j;

	if (!adapter_ok(in->response)) {
		fail(s, in, out);
		return;
	}
	j = adapter_object(in->response);
	if (!json_is_array(json_get(j, "data")))
		judge_odd(in, out, false, "list of posts");
	else if (stage_find(s, in, out->arena, j, &id, &url))
		done(out, id, url);
	else if (published)
		done(out, arena_printf(out->arena, STAGE_REMOTE_PREFIX "%s", container_of(in)),
		     NULL);
	else
		out->verdict = STEP_UNDECIDED;
	json_free(&j);
}

void stage_settle(const struct stage *s, const struct step_in *in, struct step_out *out)
{
	const char *id = json_str(in->state, "id"), *ask = json_str(in->state, "settle");

	if (id != NULL && id[0] != '\0') {
		/* It was answered; only what came after it is unclear. */
		done(out, id, json_str(in->state, "url"));
	} else if (in->response == NULL && container_of(in) != NULL) {
		stage_ask_status(s, in, out, container_of(in));
		keep(in, out, "status", false);
	} else if (in->response == NULL) {
		ask_list(s, in, out, false);
	} else if (ask != NULL && strcmp(ask, "status") == 0) {
		take_status(s, in, out);
	} else {
		take_list(s, in, out);
	}
}

void stage_takedown(const struct stage *s, const struct step_in *in, struct step_out *out)
{
	struct http_request *r;
	struct json *j;

	if (in->response == NULL && !graph_is_id(in->remote_id)) {
		step_fail(out, CLASS_PERMANENT, E_STATE, NULL, NULL, "the post's id is not known");
	} else if (in->response == NULL) {
		r = graph_call(s->g, in, out, HTTP_DELETE, SLOT_ACCESS);
		http_url(r, "/");
		http_url_escaped(r, in->remote_id);
	} else if (adapter_ok(in->response)) {
		j = adapter_object(in->response);
		if (json_bool(j, "success", false))
			out->verdict = STEP_DONE;
		else
			judge_odd(in, out, false, "word that it is deleted");
		json_free(&j);
	} else {
		graph_fail(s->g, in, out, false);
	}
}
