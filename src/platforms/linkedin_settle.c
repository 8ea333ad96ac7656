/* platforms/linkedin_settle.c - is an unclear post there, and taking one down.
 *
 * A page's posts can be listed: found means published. A member's cannot. Not found, or not to be listed, one resend of
 * the same bytes is safe: LinkedIn refuses the second of two and names the first. That is done once; after it a person
 * decides. (After a post was taken down, the same text within two days may be refused in the name of the one that is gone.) */
#include "platforms/linkedin.h"

#include <string.h>

#include "platforms/adapter.h"

/* How much older than the attempt a post may seem, by clocks that differ. */
#define CLOCK_SLACK_MS ((int64_t)2 * 60 * 1000)

static bool same_text(const struct json *e, const struct post *post, struct arena *a)
{
	const char *text = json_str(e, "commentary");
	struct strbuf theirs, ours;
	bool same;

	if (text == NULL)
		return false;
	strbuf_init(&theirs, JSON_BYTES_MAX);
	strbuf_init(&ours, JSON_BYTES_MAX);
	linkedin_shown(&theirs, text);
	linkedin_shown(&ours, linkedin_commentary(a, post));
	same = strcmp(theirs.data, ours.data) == 0;
	strbuf_free(&theirs);
	strbuf_free(&ours);
	return same;
}

static void found(struct step_out *out, const char *urn)
{
	out->verdict = STEP_DONE;
	out->remote_id = arena_strdup(out->arena, urn);
	out->remote_url = linkedin_url(out->arena, urn);
}

/* What a sending that is not there allows. */
static void not_found(const struct step_in *in, struct step_out *out)
{
	bool first = json_int(in->state, "again", 0) == 0;

	if (first && json_bool(in->state, "sent", false))
		out->verdict = STEP_RESEND;
	else
		out->verdict = linkedin_is_page(in->conn) ? STEP_ABSENT : STEP_UNDECIDED;
}

static void ask_list(const struct step_in *in, struct step_out *out)
{
	struct http_request *r = linkedin_call(in, out, HTTP_GET, "/rest/posts");

	http_header(r, "X-RestLi-Method", "FINDER");
	http_query(r, "author", in->conn->account_id);
	http_query(r, "q", "author");
	http_query(r, "count", "50");
	http_query(r, "sortBy", "LAST_MODIFIED");
}

static void take_list(const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response);
	const struct json *list = json_get(j, "elements");

	if (!json_is_array(list)) {
		judge_odd(in, out, false, "list of posts");
		json_free(&j);
		return;
	}
	not_found(in, out);
	for (const struct json *e = json_first(list); e != NULL; e = json_next(e)) {
		int64_t made = json_int(e, "createdAt", json_int(e, "publishedAt", 0));

		if (made >= in->key_time_ms - CLOCK_SLACK_MS &&
		    linkedin_is_post(json_str(e, "id")) && same_text(e, in->post, out->arena)) {
			found(out, json_str(e, "id"));
			break;
		}
	}
	json_free(&j);
}

void linkedin_settle(const struct step_in *in, struct step_out *out)
{
	const char *id = json_str(in->state, "id");

	if (linkedin_is_post(id)) {
		/* It was answered; only what came after it is unclear. */
		found(out, id);
	} else if (in->response == NULL && !linkedin_is_page(in->conn)) {
		not_found(in, out);
	} else if (in->response == NULL) {
		ask_list(in, out);
	} else if (adapter_ok(in->response)) {
		take_list(in, out);
	} else {
		linkedin_fail(in, out, false);
		/* A login that may not read. */
		if (in->response->status == 403)
			not_found(in, out);
		else if (out->error_class == CLASS_PERMANENT && out->error.code != E_UNSUPPORTED)
			out->error_class = CLASS_TRANSIENT;
	}
}

void linkedin_takedown(const struct step_in *in, struct step_out *out)
{
	struct http_request *r;

	if (in->response == NULL && !linkedin_is_post(in->remote_id)) {
		step_fail(out, CLASS_PERMANENT, E_STATE, NULL, NULL, "the post's id is not known");
	} else if (in->response == NULL) {
		r = linkedin_call(in, out, HTTP_DELETE, "/rest/posts/");
		http_url_escaped(r, in->remote_id);
		http_header(r, "X-RestLi-Method", "DELETE");
	} else if (adapter_ok(in->response)) {
		out->verdict = STEP_DONE;
	} else {
		linkedin_fail(in, out, false);
		/* Gone already, says LinkedIn itself. */
		if (in->response->status == 404 && out->error_class == CLASS_PERMANENT)
			out->verdict = STEP_DONE;
	}
}
