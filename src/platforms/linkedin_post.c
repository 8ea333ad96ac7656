/* platforms/linkedin_post.c - a post's way out to LinkedIn.
 *
 *   each file (linkedin_upload.c) -> create -> first comment -> done
 *
 * A sending whose end was not clear may be repeated once with the same bytes (linkedin_settle.c): LinkedIn refuses the
 * second of two, and names the first. So the files keep their urns, and a duplicate refusal of a
 * repeated sending is success. That of a first one is a refusal. */
#include "platforms/linkedin.h"

#include <string.h>

#include "platforms/adapter.h"

static const char *author(const struct step_in *in)
{
	return in->conn->account_id != NULL ? in->conn->account_id : "<urn of the account>";
}

static const char *visibility(const struct post *post)
{
	const char *v = post->visibility;

	if (v != NULL && strcmp(v, "connections") == 0)
		return "CONNECTIONS";
	return v != NULL && strcmp(v, "logged-in") == 0 ? "LOGGED_IN" : "PUBLIC";
}

static void set_alt(struct json *o, const struct media *m)
{
	if (adapter_has_text(m->alt))
		json_set_str(o, "altText", m->alt);
}

static void set_title(struct json *o, const struct post *post)
{
	if (adapter_has_text(post->title))
		json_set_str(o, "title", post->title);
}

static void set_card(struct progress *p, struct json *content)
{
	const struct post *post = p->in->post;
	const char *more = adapter_option(p->arena, post, "linkedin", "description");
	struct json *o = json_set(content, "article", json_new_object());

	json_set_str(o, "source", post->link);
	json_set_str(o, "title", adapter_has_text(post->title) ? post->title : post->link);
	if (more != NULL)
		json_set_str(o, "description", more);
}

static void set_content(struct progress *p, struct json *j)
{
	const struct post *post = p->in->post;
	struct json *content, *o, *list;

	if (post->n_media == 0 && !linkedin_has_card(post))
		return;
	content = json_set(j, "content", json_new_object());
	if (post->n_media == 0) {
		set_card(p, content);
	} else if (post->n_media == 1) {
		o = json_set(content, "media", json_new_object());
		json_set_str(o, "id", json_str(progress_medium(p, 0), "id"));
		set_alt(o, &post->media[0]);
		set_title(o, post);
	} else {
		list = json_set(json_set(content, "multiImage", json_new_object()), "images",
				json_new_array());
		for (size_t i = 0; i < post->n_media; i++) {
			o = json_add(list, json_new_object());
			json_set_str(o, "id", json_str(progress_medium(p, i), "id"));
			set_alt(o, &post->media[i]);
		}
	}
}

static void ask_create(struct progress *p)
{
	const char *value = adapter_option(p->arena, p->in->post, "linkedin", "no_reshare");
	struct json *j = json_new_object(), *d;
	bool no_reshare = false;

	adapter_option_bool(value, &no_reshare);
	linkedin_call(p->in, p->out, HTTP_POST, "/rest/posts");
	json_set_str(j, "author", author(p->in));
	json_set_str(j, "commentary", linkedin_commentary(p->arena, p->in->post));
	json_set_str(j, "visibility", visibility(p->in->post));
	d = json_set(j, "distribution", json_new_object());
	json_set_str(d, "feedDistribution", "MAIN_FEED");
	json_set(d, "targetEntities", json_new_array());
	json_set(d, "thirdPartyDistributionChannels", json_new_array());
	set_content(p, j);
	json_set_str(j, "lifecycleState", "PUBLISHED");
	json_set_bool(j, "isReshareDisabledByAuthor", no_reshare);
	http_body_json(p->out->request, j);
	json_free(&j);
	progress_commit(p, "create");
}

static void ask_comment(struct progress *p, const char *urn)
{
	struct http_request *r = linkedin_call(p->in, p->out, HTTP_POST, "/rest/socialActions/");
	struct json *j = json_new_object();

	http_url_escaped(r, urn);
	http_url(r, "/comments");
	json_set_str(j, "actor", author(p->in));
	json_set_str(j, "object", urn);
	json_set_str(json_set(j, "message", json_new_object()), "text", p->in->post->first_comment);
	http_body_json(r, j);
	json_free(&j);
	json_set_bool(p->state, "comment", true);
	progress_ask(p, "comment", "");
}

static void ask_next(struct progress *p)
{
	const char *id = arena_strdup(p->arena, json_str(p->state, "id"));

	if (id != NULL) {
		if (adapter_has_text(p->in->post->first_comment) &&
		    !json_bool(p->state, "comment", false))
			ask_comment(p, id);
		else
			progress_done(p, id,
				      linkedin_is_post(id) ? linkedin_url(p->arena, id) : NULL);
		return;
	}
	for (size_t i = 0; i < p->in->post->n_media; i++)
		if (linkedin_ask_file(p, i))
			return;
	ask_create(p);
}

static bool created(struct progress *p, const char *urn)
{
	json_set_bool(p->state, "sent", false);
	json_set_str(p->state, "id", urn);
	return true;
}

static bool take_create(struct progress *p)
{
	const struct http_response *r = p->in->response;
	const char *urn = http_response_header(r, "x-restli-id");
	const char *earlier = linkedin_duplicate_of(p->arena, r);

	if (urn == NULL)
		urn = http_response_header(r, "x-linkedin-id");
	if (adapter_ok(r) && linkedin_is_post(urn))
		return created(p, arena_strdup(p->arena, urn));
	if (adapter_ok(r)) {
		judge_odd(p->in, p->out, true, "id of the post");
		return false;
	}
	if (earlier != NULL && progress_is_again(p))
		return created(p, earlier);
	linkedin_fail(p->in, p->out, true);
	/* Something of the same text is out, and it is not said what. */
	if (p->out->error.code == E_DUPLICATE && progress_is_again(p)) {
		p->out->error_class = CLASS_UNKNOWN;
		p->out->error.code = E_UNKNOWN_OUTCOME;
	}
	if (p->out->error_class != CLASS_UNKNOWN)
		progress_refused(p);
	return false;
}

static bool take_comment(struct progress *p)
{
	if (adapter_ok(p->in->response))
		return true;
	linkedin_fail(p->in, p->out, false);
	return progress_comment_failed(p);
}

static bool pretend_create(struct progress *p)
{
	json_set_str(p->state, "id", "<urn of the post>");
	return true;
}

void linkedin_publish(const struct step_in *in, struct step_out *out)
{
	struct progress_step steps[6];

	memcpy(steps, linkedin_file_steps, 4 * sizeof(steps[0]));
	steps[4] = (struct progress_step){"create", take_create, pretend_create};
	steps[5] = (struct progress_step){"comment", take_comment, NULL};
	progress_run(in, out, steps, COUNT_OF(steps), ask_next);
}
