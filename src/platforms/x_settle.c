/* platforms/x_settle.c - is an unclear post there, and taking one down.
 *
 * The account's own posts since shortly before the attempt are read and compared. What is read back has "&amp;" and
 * the like, t.co addresses in place of links, and one more of them for media; so both sides are brought to a
 * form without schemes and closing slashes. Not found proves nothing: a person decides. */
#include "platforms/x.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/when.h"
#include "platforms/adapter.h"
#include "platforms/fold.h"

/* How much older than the attempt a post may seem, by clocks that differ. */
#define CLOCK_SLACK_MS ((int64_t)2 * 60 * 1000)
/* X cuts what it lists of a long post; so much of it must be the same. */
#define LONG_PREFIX_MIN 150

/* Replaces every "from" by "to". */
static void replace(struct strbuf *text, const char *from, const char *to)
{
	struct strbuf out;
	const char *s = text->data, *at;

	if (from[0] == '\0' || strstr(s, from) == NULL)
		return;
	strbuf_init(&out, text->ceiling);
	while ((at = strstr(s, from)) != NULL) {
		strbuf_add(&out, s, (size_t)(at - s));
		strbuf_puts(&out, to);
		s = at + strlen(from);
	}
	strbuf_puts(&out, s);
	strbuf_reset(text);
	strbuf_add(text, out.data, out.len);
	strbuf_free(&out);
}

static bool ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcmp(s + n - m, tail) == 0;
}

/* The address that X puts at the end for the post's own media. */
static bool is_media_url(const char *expanded)
{
	const char *status = strstr(expanded, "/status/");

	return status != NULL && (ends_with(status, "/photo/1") || ends_with(status, "/video/1"));
}

/* A form without schemes, closing slashes of addresses and white space that does not show. */
static void normal_form(struct strbuf *out, const char *text)
{
	struct strbuf b;

	strbuf_init(&b, 2 * JSON_BYTES_MAX);
	text_nfc(&b, text, strlen(text));
	replace(&b, "https://", "");
	replace(&b, "http://", "");
	fold_text(out, b.data, b.len);
	fold_end(out);
	replace(out, "/ ", " ");
	while (out->len > 0 && out->data[out->len - 1] == '/')
		strbuf_truncate(out, out->len - 1);
	strbuf_free(&b);
}

static void their_form(struct strbuf *out, const struct json *post)
{
	struct strbuf b, plain;

	strbuf_init(&b, 2 * JSON_BYTES_MAX);
	strbuf_init(&plain, 2 * JSON_BYTES_MAX);
	strbuf_puts(&b, json_str(post, "text"));
	for (const struct json *u = json_first(json_at(post, "entities.urls")); u != NULL;
	     u = json_next(u)) {
		const char *url = json_str(u, "url"), *expanded = json_str(u, "expanded_url");

		if (url == NULL || expanded == NULL || strlen(url) < 8)
			continue;
		replace(&b, url, is_media_url(expanded) ? "" : expanded);
	}
	fold_unescape(&plain, b.data);
	normal_form(out, plain.data);
	strbuf_free(&plain);
	strbuf_free(&b);
}

/* Takes an unresolved t.co address, and what X puts where it cuts, off the end. */
static void cut_tail(struct strbuf *s)
{
	const char *last = strrchr(s->data, ' ');
	const char *word = last != NULL ? last + 1 : s->data;

	if (strncmp(word, "t.co/", 5) == 0) {
		strbuf_truncate(s, (size_t)(word - s->data));
		fold_end(s);
	}
	if (ends_with(s->data, "\xe2\x80\xa6"))
		strbuf_truncate(s, s->len - 3);
}

static bool same_text(const struct json *listed, const struct post *post, struct arena *a)
{
	const char *text = adapter_text(a, post);
	struct strbuf theirs, ours;
	bool same;

	if (json_str(listed, "text") == NULL)
		return false;
	strbuf_init(&theirs, 2 * JSON_BYTES_MAX);
	strbuf_init(&ours, 2 * JSON_BYTES_MAX);
	their_form(&theirs, listed);
	normal_form(&ours, text);
	same = strcmp(theirs.data, ours.data) == 0;
	if (!same && (post->n_media > 0 || x_length(text) > X_TEXT_MAX)) {
		cut_tail(&theirs);
		same = strcmp(theirs.data, ours.data) == 0 ||
		       (x_length(text) > X_TEXT_MAX && theirs.len >= LONG_PREFIX_MIN &&
			strncmp(theirs.data, ours.data, theirs.len) == 0);
	}
	strbuf_free(&theirs);
	strbuf_free(&ours);
	return same;
}

/* X's document calls the parameter post.fields, its guides and older servers tweet.fields; a name that the server does not know
 * is a 400. So the second is asked for after such a refusal of the first. */
#define FIELDS "post.fields"
#define FIELDS_OLD "tweet.fields"

static bool old_fields(const struct step_in *in)
{
	return json_bool(in->state, "old_fields", false);
}

static void ask_list(const struct step_in *in, struct step_out *out, bool old)
{
	struct http_request *r = x_call(in, out, HTTP_GET, "/users/");
	char since[WHEN_RFC3339_SIZE];

	when_rfc3339(in->key_time_ms - CLOCK_SLACK_MS, since);
	http_url_escaped(r, in->conn->account_id);
	http_url(r, "/tweets");
	http_query(r, "start_time", since);
	http_query(r, "max_results", "100");
	http_query(r, "exclude", "retweets");
	http_query(r, old ? FIELDS_OLD : FIELDS, "created_at,text,entities");
	if (old) {
		out->state = json_is_object(in->state) ? json_copy(in->state) : json_new_object();
		json_set_bool(out->state, "old_fields", true);
	}
}

/* Ids grow: what is not newer than what it answers is another post. */
static bool is_answered(const struct step_in *in, const char *id)
{
	const char *parent = in->answered != NULL ? in->answered->parent_id : NULL;
	size_t n = strlen(id), m = parent != NULL ? strlen(parent) : 0;

	return parent != NULL && (n < m || (n == m && strcmp(id, parent) <= 0));
}

static void take_list(const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response);
	const struct json *data = json_get(j, "data");

	/* Nothing since then is told by leaving the list out. */
	if (!json_is_array(data) && !json_is_object(json_get(j, "meta"))) {
		judge_odd(in, out, false, "list of posts");
		json_free(&j);
		return;
	}
	out->verdict = STEP_ABSENT;
	for (const struct json *p = json_first(data); p != NULL; p = json_next(p)) {
		const char *id = x_id(out->arena, p, "id");

		/* The parts of a thread before this one are in the list, too, and may read the same. */
		if (id != NULL && !is_answered(in, id) && same_text(p, in->post, out->arena)) {
			out->verdict = STEP_DONE;
			out->remote_id = id;
			out->remote_url = x_url(out->arena, id);
			break;
		}
	}
	json_free(&j);
}

void x_settle(const struct step_in *in, struct step_out *out)
{
	const char *id = json_str(in->state, "id");

	if (x_is_id(id)) {
		/* It was answered; only what came after it is unclear. */
		out->verdict = STEP_DONE;
		out->remote_id = arena_strdup(out->arena, id);
		out->remote_url = x_url(out->arena, id);
	} else if (in->response == NULL && in->conn->account_id == NULL) {
		out->verdict = STEP_UNDECIDED;
	} else if (in->response == NULL) {
		ask_list(in, out, old_fields(in));
	} else if (adapter_ok(in->response)) {
		take_list(in, out);
	} else if (in->response->status == 400 && !old_fields(in)) {
		ask_list(in, out, true);
	} else {
		judge_fail(&x_judge, in, out, false);
		/* Reading may cost credits that are used up, or be out of the plan: a person looks. */
		if (in->response->status == 402 || in->response->status == 403)
			out->verdict = STEP_UNDECIDED;
		else if (out->error_class == CLASS_PERMANENT)
			out->error_class = CLASS_TRANSIENT;
	}
}

void x_takedown(const struct step_in *in, struct step_out *out)
{
	struct json *j;

	if (in->response == NULL && !x_is_id(in->remote_id)) {
		step_fail(out, CLASS_PERMANENT, E_STATE, NULL, NULL, "the post's id is not known");
	} else if (in->response == NULL) {
		http_url_escaped(x_call(in, out, HTTP_DELETE, "/tweets/"), in->remote_id);
	} else if (adapter_ok(in->response)) {
		j = adapter_object(in->response);
		if (json_bool(json_get(j, "data"), "deleted", false))
			out->verdict = STEP_DONE;
		else
			judge_odd(in, out, false, "word that it is deleted");
		json_free(&j);
	} else {
		judge_fail(&x_judge, in, out, false);
		/* Gone already, says X itself. */
		if (in->response->status == 404 && out->error_class == CLASS_PERMANENT)
			out->verdict = STEP_DONE;
	}
}
