/* platforms/google_settle.c - is an unclear post there, and taking one down.
 *
 * The list has no filter and its order is not documented, so some pages of it are read. Ours is the one post since the
 * attempt that agrees in kind, text, button, event, coupon and number of images; addresses of images are Google's own
 * and not compared. Several of them, or none, prove nothing: a person decides. */
#include <string.h>

#include "base/text.h"
#include "base/when.h"
#include "platforms/adapter.h"
#include "platforms/fold.h"
#include "platforms/google.h"
#include "platforms/richtext.h"

#define CLOCK_SLACK_MS ((int64_t)5 * 60 * 1000)
#define PAGES_MAX 10
#define CURSOR_BYTES_MAX 1000

static void plain_form(struct strbuf *out, const char *s)
{
	struct strbuf b;

	strbuf_init(&b, 2 * JSON_BYTES_MAX);
	text_nfc(&b, s, strlen(s));
	fold_text(out, b.data, b.len);
	fold_end(out);
	strbuf_free(&b);
}

/* Texts that differ in white space and composition only are the same; so are none and "". */
static bool same(const char *a, const char *b)
{
	struct strbuf x, y;
	bool equal;

	strbuf_init(&x, 2 * JSON_BYTES_MAX);
	strbuf_init(&y, 2 * JSON_BYTES_MAX);
	plain_form(&x, a != NULL ? a : "");
	plain_form(&y, b != NULL ? b : "");
	equal = strcmp(x.data, y.data) == 0;
	strbuf_free(&x);
	strbuf_free(&y);
	return equal;
}

static bool same_at(const struct json *a, const struct json *b, const char *path)
{
	return same(json_as_str(json_at(a, path)), json_as_str(json_at(b, path)));
}

static bool same_dates(const struct json *a, const struct json *b)
{
	static const char *const dates[] = {"event.schedule.startDate", "event.schedule.endDate"};
	static const char *const parts[] = {"year", "month", "day"};

	for (size_t i = 0; i < COUNT_OF(dates); i++)
		for (size_t k = 0; k < COUNT_OF(parts); k++)
			if (json_int(json_at(a, dates[i]), parts[k], 0) !=
			    json_int(json_at(b, dates[i]), parts[k], 0))
				return false;
	return true;
}

static bool is_ours(const struct step_in *in, const struct json *listed, const struct json *ours)
{
	const char *created = json_str(listed, "createTime");
	int64_t at;

	if (created == NULL || when_parse(created, "UTC", 0, &at, NULL) != OK ||
	    at < in->key_time_ms - CLOCK_SLACK_MS)
		return false;
	return same_at(listed, ours, "topicType") && same_at(listed, ours, "summary") &&
	       same_at(listed, ours, "callToAction.actionType") &&
	       same_at(listed, ours, "event.title") && same_dates(listed, ours) &&
	       same_at(listed, ours, "offer.couponCode") &&
	       json_len(json_get(listed, "media")) == in->post->n_media;
}

static void ask_page(const struct step_in *in, struct step_out *out, const char *cursor)
{
	struct http_request *r = google_call_posts(in, out, HTTP_GET, in->conn->account_id,
						   "/localPosts");

	http_query(r, "pageSize", "100");
	http_query(r, "pageToken", cursor);
}

static void done(struct step_out *out, const char *name, const char *url)
{
	out->verdict = STEP_DONE;
	out->remote_id = arena_strdup(out->arena, name);
	out->remote_url = url != NULL && richtext_is_url(url) ? arena_strdup(out->arena, url)
							      : NULL;
}

static void fail_rejected(const struct step_in *in, struct step_out *out)
{
	step_fail(out, CLASS_PERMANENT, E_REJECTED, in->response, "REJECTED",
		  "the post is there, and Google's review has rejected it");
}

/* All pages are read. */
static void end(const struct step_in *in, struct step_out *out, const struct json *state)
{
	int64_t n = json_int(state, "matches", 0);
	const char *name = json_str(state, "match");

	if (n == 0)
		out->verdict = STEP_ABSENT;
	else if (n > 1 || !google_is_post(name))
		out->verdict = STEP_UNDECIDED;
	else if (json_bool(state, "match_rejected", false))
		fail_rejected(in, out);
	else
		done(out, name, json_str(state, "match_url"));
}

static void note_matches(const struct step_in *in, struct step_out *out, const struct json *list,
			 struct json *state)
{
	/* Only the number of images counts, so any address does. */
	struct json *ours = google_body(out->arena, in->post, NULL);

	for (const struct json *p = json_first(list); p != NULL; p = json_next(p)) {
		const char *name = json_str(p, "name"), *review = json_str(p, "state");

		if (!google_is_post(name) || !is_ours(in, p, ours))
			continue;
		json_set_int(state, "matches", json_int(state, "matches", 0) + 1);
		json_set_str(state, "match", name);
		json_set_str(state, "match_url", json_str(p, "searchUrl"));
		json_set_bool(state, "match_rejected",
			      review != NULL && strcmp(review, "REJECTED") == 0);
	}
	json_free(&ours);
}

static void take_page(const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response), *state;
	const char *cursor = json_str(j, "nextPageToken");
	int64_t pages;

	if (j == NULL) {
		judge_odd(in, out, false, "list of posts");
		return;
	}
	state = json_is_object(in->state) ? json_copy(in->state) : json_new_object();
	note_matches(in, out, json_get(j, "localPosts"), state);
	pages = json_int(state, "pages", 0) + 1;
	json_set_int(state, "pages", pages);
	if (cursor != NULL && cursor[0] != '\0' && strlen(cursor) < CURSOR_BYTES_MAX && pages > 0 &&
	    pages < PAGES_MAX)
		ask_page(in, out, cursor);
	else
		end(in, out, state);
	json_free(&out->state);
	out->state = state;
	json_free(&j);
}

static void begin(const struct step_in *in, struct step_out *out)
{
	struct json *state = json_is_object(in->state) ? json_copy(in->state) : json_new_object();

	json_set_int(state, "pages", 0);
	json_set_int(state, "matches", 0);
	out->state = state;
	ask_page(in, out, NULL);
}

void google_settle(const struct step_in *in, struct step_out *out)
{
	const char *id = json_str(in->state, "id");

	if (google_is_post(id)) {
		/* It was answered; only what came after it is unclear. */
		if (json_bool(in->state, "rejected", false))
			fail_rejected(in, out);
		else
			done(out, id, json_str(in->state, "url"));
	} else if (!google_is_place(in->conn->account_id)) {
		out->verdict = STEP_UNDECIDED;
	} else if (in->response == NULL) {
		begin(in, out);
	} else if (adapter_ok(in->response)) {
		take_page(in, out);
	} else {
		google_fail(in, out, false);
		if (out->error_class == CLASS_PERMANENT)
			out->verdict = STEP_UNDECIDED;
	}
}

void google_takedown(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL && !google_is_post(in->remote_id)) {
		step_fail(out, CLASS_PERMANENT, E_STATE, NULL, NULL, "the post's id is not known");
	} else if (in->response == NULL) {
		google_call_posts(in, out, HTTP_DELETE, in->remote_id, "");
	} else if (adapter_ok(in->response)) {
		out->verdict = STEP_DONE;
	} else {
		google_fail(in, out, false);
		/* Gone already, says Google itself. */
		if (out->error.code == E_NOT_FOUND && in->response->status == 404)
			out->verdict = STEP_DONE;
	}
}
