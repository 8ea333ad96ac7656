/* platforms/mastodon_settle.c - is an unclear post there, and taking one down.
 *
 * The account's newest posts are read and compared: text, content warning and number of media; found means
 * published. Only what came after the mark counts (mastodon_post.c); without a mark, what is not older than the
 * attempt by more than the clocks may differ. Not found proves something only where the server is Mastodon itself
 * and the key still lives: a resend under the same key then gives one post at most, so ABSENT is answered, and the driver
 * decides when to believe it. Everywhere else a person decides. */
#include "platforms/mastodon.h"

#include <string.h>

#include "base/when.h"
#include "platforms/adapter.h"

/* How much older than the attempt a post may seem: a little, or, where the mark says it better, as much as clocks are
 * ever wrong. */
#define CLOCK_SLACK_MS ((int64_t)2 * 60 * 1000)
#define CLOCK_SLACK_MARKED_MS ((int64_t)24 * 60 * 60 * 1000)
/* A resend must arrive well within the key's life. */
#define KEY_MARGIN_MS ((int64_t)5 * 60 * 1000)

static bool same_text(const struct json *status, const struct post *post, struct arena *a)
{
	const char *content = json_str(status, "content"),
		   *spoiler = json_str(status, "spoiler_text");
	struct mastodon_options options;
	struct strbuf theirs, ours;
	bool same;

	if (content == NULL)
		return false;
	mastodon_options_read(a, post, &options);
	strbuf_init(&theirs, JSON_BYTES_MAX);
	strbuf_init(&ours, JSON_BYTES_MAX);
	mastodon_html_text(&theirs, content);
	mastodon_plain_text(&ours, adapter_text(a, post));
	same = strcmp(theirs.data, ours.data) == 0;
	strbuf_reset(&theirs);
	strbuf_reset(&ours);
	mastodon_html_text(&theirs, spoiler != NULL ? spoiler : "");
	mastodon_html_text(&ours, options.warning != NULL ? options.warning : "");
	same = same && strcmp(theirs.data, ours.data) == 0;
	strbuf_free(&theirs);
	strbuf_free(&ours);
	return same && json_len(json_get(status, "media_attachments")) == post->n_media;
}

/* Old enough to be another post. With no usable time it is taken for one. */
static bool is_before(const struct json *status, int64_t oldest_ms)
{
	const char *created = json_str(status, "created_at");
	int64_t ms;

	if (created == NULL || when_parse(created, "UTC", 0, &ms, NULL) != OK)
		return true;
	return ms < oldest_ms;
}

/* A part of a thread is told from one of the same text by what it answers. */
static bool answers_the_same(const struct json *status, const struct step_in *in, struct arena *a)
{
	const char *id = json_text_of(json_get(status, "in_reply_to_id"));

	(void)a;
	if (in->answered == NULL || in->answered->parent_id == NULL)
		return true;
	return id != NULL && strcmp(id, in->answered->parent_id) == 0;
}

/* Our post in the list, newest first; NULL if it is not there. */
static const struct json *find_ours(const struct step_in *in, struct arena *a,
				    const struct json *list, const char *since)
{
	int64_t oldest = in->key_time_ms - (since != NULL ? CLOCK_SLACK_MARKED_MS : CLOCK_SLACK_MS);

	for (const struct json *s = json_first(list); s != NULL; s = json_next(s)) {
		const char *id = mastodon_id(a, s);

		if (id == NULL)
			continue;
		if (since != NULL && strcmp(id, since) == 0)
			return NULL;
		if (!is_before(s, oldest) && answers_the_same(s, in, a) &&
		    same_text(s, in->post, a))
			return s;
	}
	return NULL;
}

static bool key_protects(const struct step_in *in)
{
	struct mastodon_facts f;
	int64_t age = in->now_ms - in->key_time_ms;
	bool proper;

	mastodon_facts_read(in->conn, &f);
	proper = f.proper;
	mastodon_facts_free(&f);
	return proper && in->key != NULL && age >= 0 && age < MASTODON_KEY_LIFE_MS - KEY_MARGIN_MS;
}

/* The mark, if it was made for this attempt's key. */
static const char *mark_of(const struct step_in *in)
{
	const char *marked = json_str(in->state, "marked");

	if (marked == NULL || in->key == NULL || strcmp(marked, in->key) != 0)
		return NULL;
	return json_str(in->state, "since");
}

static void ask_list(const struct step_in *in, struct step_out *out)
{
	const char *since = mark_of(in);

	if (!mastodon_call(in, out, HTTP_GET, "/api/v1/accounts/", true))
		return;
	http_url_escaped(out->request, in->conn->account_id);
	http_url(out->request, "/statuses");
	http_query(out->request, "limit", "40");
	http_query(out->request, "exclude_reblogs", "true");
	if (since != NULL && since[0] != '\0')
		http_query(out->request, "since_id", since);
}

static void take_list(const struct step_in *in, struct step_out *out)
{
	const struct http_response *r = in->response;
	const struct json *ours;
	struct json *list = NULL;

	if (json_parse(r->body, r->len, JSON_BYTES_MAX, &list, NULL) != OK ||
	    !json_is_array(list)) {
		mastodon_fail_odd(in, out, MASTODON_FREE, "list of posts");
	} else {
		ours = find_ours(in, out->arena, list, mark_of(in));
		if (ours != NULL)
			mastodon_done(out, ours);
		else
			out->verdict = key_protects(in) ? STEP_ABSENT : STEP_UNDECIDED;
	}
	json_free(&list);
}

void mastodon_settle(const struct step_in *in, struct step_out *out)
{
	if (in->response != NULL && mastodon_ok(in->response)) {
		take_list(in, out);
	} else if (in->response != NULL) {
		mastodon_fail(in, out, MASTODON_FREE);
		/* A list that may not be read tells nothing; the key may still protect. */
		if (out->error.code == E_SCOPE_MISSING)
			out->verdict = key_protects(in) ? STEP_ABSENT : STEP_UNDECIDED;
		else if (out->error_class != CLASS_RATE_LIMITED)
			out->error_class = CLASS_TRANSIENT;
	} else if (in->conn->account_id == NULL) {
		out->verdict = key_protects(in) ? STEP_ABSENT : STEP_UNDECIDED;
	} else {
		ask_list(in, out);
	}
}

void mastodon_takedown(const struct step_in *in, struct step_out *out)
{
	const struct http_response *r = in->response;
	struct json *error;

	if (r == NULL && (in->remote_id == NULL || in->remote_id[0] == '\0')) {
		step_fail(out, CLASS_PERMANENT, E_STATE, NULL, NULL, "the post's id is not known");
	} else if (r == NULL) {
		if (mastodon_call(in, out, HTTP_DELETE, "/api/v1/statuses/", true))
			http_url_escaped(out->request, in->remote_id);
	} else if (mastodon_ok(r)) {
		out->verdict = STEP_DONE;
	} else {
		error = adapter_object(r);
		mastodon_fail(in, out, MASTODON_FREE);
		/* Gone already, says the server itself. */
		if ((r->status == 404 || r->status == 410) && json_str(error, "error") != NULL)
			out->verdict = STEP_DONE;
		json_free(&error);
	}
}
