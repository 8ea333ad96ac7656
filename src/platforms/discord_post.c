/* platforms/discord_post.c - a post's way out to a webhook: one request, files and all.
 *
 * Always with wait=true: without it Discord answers before it has stored the message, and says nothing when it fails to.
 * Nobody is rung up by a text unless the option says so. */
#include "platforms/discord.h"

#include <string.h>

#include "platforms/adapter.h"

#define FLAG_NO_EMBEDS (1 << 2)
#define FLAG_SILENT (1 << 12)

static const char *option(struct progress *p, const char *key)
{
	return adapter_option(p->arena, p->in->post, "discord", key);
}

static bool flag(struct progress *p, const char *key)
{
	bool on = false;

	adapter_option_bool(option(p, key), &on);
	return on;
}

static void set_list(struct progress *p, struct json *array, const char *key)
{
	for (const char *s = option(p, key); s != NULL;) {
		size_t len = strcspn(s, ",");

		json_add_str(array, arena_strndup(p->arena, s, len));
		s = s[len] == ',' ? s + len + 1 : NULL;
	}
}

static void set_attachments(struct progress *p, struct json *j)
{
	const struct post *post = p->in->post;
	struct json *list = json_set(j, "attachments", json_new_array());

	for (size_t i = 0; i < post->n_media; i++) {
		struct json *o = json_add(list, json_new_object());

		json_set_str(o, "id", progress_index(p, i));
		json_set_str(o, "filename", adapter_file_name(p->arena, &post->media[i], i));
		if (adapter_has_text(post->media[i].alt))
			json_set_str(o, "description", post->media[i].alt);
	}
}

static struct json *message(struct progress *p)
{
	static const char *const texts[] = {"username", "avatar_url", "thread_name"};
	struct json *j = json_new_object(), *mentions;
	int64_t flags = (flag(p, "no_embeds") ? FLAG_NO_EMBEDS : 0) |
			(flag(p, "silent") ? FLAG_SILENT : 0);

	json_set_str(j, "content", adapter_text(p->arena, p->in->post));
	mentions = json_set(j, "allowed_mentions", json_new_object());
	set_list(p, json_set(mentions, "parse", json_new_array()), "mentions");
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (option(p, texts[i]) != NULL)
			json_set_str(j, texts[i], option(p, texts[i]));
	if (option(p, "tags") != NULL)
		set_list(p, json_set(j, "applied_tags", json_new_array()), "tags");
	if (flags != 0)
		json_set_int(j, "flags", flags);
	if (p->in->post->n_media > 0)
		set_attachments(p, j);
	return j;
}

static void ask_next(struct progress *p)
{
	const struct post *post = p->in->post;
	const char *id = arena_strdup(p->arena, json_str(p->state, "id"));
	struct http_request *r;
	struct http_part *part;
	struct json *j;
	struct strbuf b;

	if (id != NULL) {
		progress_done(p, id, arena_strdup(p->arena, json_str(p->state, "url")));
		return;
	}
	if (!discord_call(p->in, p->out, HTTP_POST, "?wait=true"))
		return;
	r = p->out->request;
	http_query(r, "thread_id", option(p, "thread_id"));
	j = message(p);
	if (post->n_media == 0) {
		http_body_json(r, j);
	} else {
		strbuf_init(&b, JSON_BYTES_MAX);
		json_write(&b, j, false);
		part = http_part_add(r, "payload_json");
		part->type = "application/json";
		part->bytes = arena_strdup(r->arena, b.data);
		part->len = b.len;
		strbuf_free(&b);
		for (size_t i = 0; i < post->n_media; i++)
			adapter_file_part(r, p->in, arena_printf(p->arena, "files[%zu]", i),
					  &post->media[i], i);
	}
	json_free(&j);
	r->timeout_ms = adapter_send_ms(post);
	progress_commit(p, "create");
}

/* The message's address, as far as the webhook's facts tell of its server. */
static const char *message_url(struct progress *p, const struct json *j, const char *id)
{
	const char *facts = p->in->conn->facts, *guild = NULL;
	const char *channel = json_text_of(json_get(j, "channel_id")), *url = NULL;
	struct json *f = NULL;

	if (facts == NULL || json_parse(facts, strlen(facts), JSON_BYTES_MAX, &f, NULL) != OK)
		return NULL;
	guild = json_str(f, "guild");
	if (channel == NULL)
		channel = json_str(f, "channel");
	if (discord_is_id(guild) && discord_is_id(channel))
		url = arena_printf(p->arena, "%s/channels/%s/%s/%s", DISCORD_SITE, guild, channel,
				   id);
	json_free(&f);
	return url;
}

static bool take_create(struct progress *p)
{
	struct json *j = adapter_object(p->in->response);
	const char *id = adapter_id(p->arena, j, "id");

	if (adapter_ok(p->in->response) && discord_is_id(id)) {
		progress_done(p, id, message_url(p, j, id));
	} else if (adapter_ok(p->in->response)) {
		judge_odd(p->in, p->out, true, "id of the post");
	} else {
		discord_fail(p->in, p->out, true);
		if (p->out->error_class != CLASS_UNKNOWN)
			progress_refused(p);
	}
	json_free(&j);
	return false;
}

static bool pretend_create(struct progress *p)
{
	p->out->verdict = STEP_DONE;
	p->out->remote_id = "<id of the message>";
	return false;
}

void discord_publish(const struct step_in *in, struct step_out *out)
{
	static const struct progress_step steps[] = {{"create", take_create, pretend_create}};

	progress_run(in, out, steps, COUNT_OF(steps), ask_next);
}

void discord_takedown(const struct step_in *in, struct step_out *out)
{
	if (in->response == NULL && !discord_is_id(in->remote_id)) {
		step_fail(out, CLASS_PERMANENT, E_STATE, NULL, NULL, "the post's id is not known");
	} else if (in->response == NULL) {
		if (!discord_call(in, out, HTTP_DELETE,
				  arena_printf(out->arena, "/messages/%s", in->remote_id)))
			return;
		if (in->post != NULL)
			http_query(out->request, "thread_id",
				   adapter_option(out->arena, in->post, "discord", "thread_id"));
	} else if (adapter_ok(in->response)) {
		out->verdict = STEP_DONE;
	} else {
		discord_fail(in, out, false);
		/* The message is gone, says Discord itself. */
		if (in->response->status == 404 && strcmp(out->error.platform, "10008") == 0)
			out->verdict = STEP_DONE;
	}
}
