/* platforms/threads.c - Threads: facts, checks, the way to the operations.
 *
 *   version     v1.0 (platform.threads.version)
 *   text        500, an emoji as its bytes in UTF-8; 5 different links
 *   images      JPEG, PNG up to 8 MB, up to 10:1; what is not 320 to 1440 pixels wide is scaled by Threads
 *   video       MP4, QuickTime up to 1 GB and 5 minutes
 *   several     2 to 20 files
 *   alt texts   1000 characters
 *   files       are fetched by Threads from public addresses (media.host)
 *   link        shown as one where there are no files, else a line of the text
 *   comment     a reply of the account's own
 *   quotas      250 posts in 24 hours; 4800 calls for each impression
 *   settling    by the container, which says whether it was published
 *   taking down yes, about 100 in a day
 *   login       an app of its own, https redirects alone; tokens of 60 days that renew themselves; consent is withdrawn
 *               in the account's settings
 *
 * Options of a post: threads.reply_control (who may reply: everyone, accounts_you_follow, mentioned_only or what else
 * Threads knows), threads.topic_tag, threads.reply_to and threads.quote (a post's id). */
#include "platforms/threads.h"

#include <string.h>

#include "base/text.h"
#include "platforms/chain.h"

#define ALT_MAX 1000
#define TAG_MAX 50
#define RATIO_MAX 10
#define VIDEO_MS_MAX ((int64_t)5 * 60 * 1000)

static const char *const media_types[] = {"image/jpeg", "image/png", "video/mp4", "video/quicktime",
					  NULL};
static const char *const options[] = {"reply_control", "topic_tag",  "reply_to",
				      "quote",         CHAIN_OPTION, NULL};

const struct graph threads_graph = {
	.name = "threads",
	.title = "Threads",
	.api = THREADS_API,
	.version = THREADS_VERSION,
	.needed = "threads_basic threads_content_publish",
};

/* A link beside a text without files is shown as one; it cannot stand alone. */
static bool attaches_link(const struct post *post)
{
	return post->n_media == 0 && adapter_has_link(post) && adapter_has_text(post->text);
}

static const char *text_of(struct arena *a, const struct post *post)
{
	return attaches_link(post) ? post->text : adapter_text(a, post);
}

/* What containers are made of */

static void fill_type(struct progress *p, struct http_request *r, size_t i)
{
	const struct media *m = &p->in->post->media[i];

	http_form(r, "media_type", adapter_is_video(m) ? "VIDEO" : "IMAGE");
	if (adapter_has_text(m->alt))
		http_form(r, "alt_text", m->alt);
}

static bool fill_item(struct progress *p, struct http_request *r, size_t i)
{
	if (!stage_fill_url(p, r, i))
		return false;
	fill_type(p, r, i);
	http_form(r, "is_carousel_item", "true");
	return true;
}

static bool fill(struct progress *p, struct http_request *r)
{
	static const char *const names[][2] = {{"reply_control", "reply_control"},
					       {"topic_tag", "topic_tag"},
					       {"reply_to", "reply_to_id"},
					       {"quote", "quote_post_id"}};
	const struct post *post = p->in->post;
	const char *text = text_of(p->arena, post);

	if (post->n_media == 0) {
		http_form(r, "media_type", "TEXT");
	} else if (post->n_media == 1) {
		if (!stage_fill_url(p, r, 0))
			return false;
		fill_type(p, r, 0);
	} else {
		http_form(r, "media_type", "CAROUSEL");
		http_form(r, "children", stage_children(p));
	}
	if (text[0] != '\0')
		http_form(r, "text", text);
	if (attaches_link(post))
		http_form(r, "link_attachment", post->link);
	if (p->in->answered != NULL)
		http_form(r, "reply_to_id", p->in->answered->parent_id);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		http_form(r, names[i][1], adapter_option(p->arena, post, "threads", names[i][0]));
	return true;
}

static void fill_comment(struct progress *p, struct http_request *r, const char *id)
{
	http_form(r, "media_type", "TEXT");
	http_form(r, "text", p->in->post->first_comment);
	http_form(r, "reply_to_id", id);
}

static const struct stage stage = {
	.g = &threads_graph,
	.create = "threads",
	.publish = "threads_publish",
	.status = "status",
	.status_fields = "status,error_message",
	.reason = "error_message",
	.text = "text",
	.list_fields = "id,text,timestamp,permalink,media_type",
	.list_since = "since",
	.text_of = text_of,
	.fill_item = fill_item,
	.fill = fill,
	.comment_staged = true,
	.fill_comment = fill_comment,
};

/* Checks */

static int64_t measure_one(const struct post *post, const struct connection *conn)
{
	struct arena *a = arena_new();
	int64_t n = threads_length(text_of(a, post));

	(void)conn;
	arena_free(&a);
	return n;
}

static void check_text(const struct post *post, struct problems *out)
{
	const char *text = text_of(out->arena, post), *comment = post->first_comment;
	int64_t n = threads_length(text), links = threads_links(out->arena, text, post->link);

	if (n > THREADS_TEXT_MAX)
		problem_add(out, "text", THREADS_TEXT_MAX, n,
			    "the text counts %lld characters, more than the %d that Threads takes",
			    (long long)n, THREADS_TEXT_MAX);
	if (links > THREADS_LINKS_MAX)
		problem_add(out, "link", THREADS_LINKS_MAX, links,
			    "there are %lld different links, more than the %d that Threads takes",
			    (long long)links, THREADS_LINKS_MAX);
	if (!adapter_has_text(comment))
		return;
	if (!text_is_plain(comment, strlen(comment), NULL))
		problem_add(out, "option", 0, 0, "the first comment is no plain text");
	else if (threads_length(comment) > THREADS_TEXT_MAX)
		problem_add(out, "option", THREADS_TEXT_MAX, threads_length(comment),
			    "the first comment counts %lld characters, more than the %d that "
			    "Threads takes",
			    (long long)threads_length(comment), THREADS_TEXT_MAX);
}

static void check_media(const struct post *post, struct problems *out)
{
	if (post->n_media > THREADS_FILES_MAX)
		problem_add(out, "media", THREADS_FILES_MAX, (int64_t)post->n_media,
			    "%zu files are more than the %lld that a post may have", post->n_media,
			    (long long)THREADS_FILES_MAX);
	for (size_t i = 0; i < post->n_media; i++) {
		const struct media *m = &post->media[i];
		const char *name = m->name != NULL ? m->name : m->sha256;
		bool video = adapter_is_video(m), sized = m->width > 0 && m->height > 0 &&
							  m->width < 1000000 && m->height < 1000000;

		adapter_check_file(m, media_types,
				   video ? THREADS_VIDEO_BYTES_MAX : THREADS_IMAGE_BYTES_MAX,
				   ALT_MAX, UNIT_CHARACTERS, out);
		if (video && m->duration_ms > VIDEO_MS_MAX)
			problem_add(out, "media", VIDEO_MS_MAX, m->duration_ms,
				    "%s runs longer than 5 minutes", name);
		if (!video && sized &&
		    (m->width > m->height * RATIO_MAX || m->height > m->width * RATIO_MAX))
			problem_add(out, "media", 0, 0,
				    "%s is %lld x %lld: Threads takes images up to 10:1", name,
				    (long long)m->width, (long long)m->height);
	}
}

static void check_options(const struct post *post, struct problems *out)
{
	static const char *const ids[] = {"reply_to", "quote"};
	const char *tag = adapter_option(out->arena, post, "threads", "topic_tag");
	const char *who = adapter_option(out->arena, post, "threads", "reply_control");

	for (size_t i = 0; i < COUNT_OF(ids); i++) {
		const char *v = adapter_option(out->arena, post, "threads", ids[i]);

		if (v != NULL && !graph_is_id(v))
			problem_add(out, "option", 0, 0, "threads.%s is a number", ids[i]);
	}
	if (tag != NULL && (int64_t)text_codepoints(tag, strlen(tag)) > TAG_MAX)
		problem_add(out, "option", TAG_MAX, (int64_t)text_codepoints(tag, strlen(tag)),
			    "threads.topic_tag has more than %d characters", TAG_MAX);
	if (who != NULL && strspn(who, "abcdefghijklmnopqrstuvwxyz_") != strlen(who))
		problem_add(out, "option", 0, 0,
			    "threads.reply_control is a word such as everyone, accounts_you_follow "
			    "or mentioned_only");
	adapter_check_options(post, "threads", options, out);
}

static void check_one(const struct post *post, const struct connection *conn, struct problems *out)
{
	(void)conn;
	adapter_check_text(post, out);
	check_text(post, out);
	check_media(post, out);
	check_options(post, out);
	adapter_check_public(post, threads_platform.title, out);
}

/* Logins */

static void ask_who(const struct step_in *in, struct step_out *out, enum secret_slot slot)
{
	struct http_request *r = graph_call(&threads_graph, in, out, HTTP_GET, slot);

	http_url(r, "/me");
	http_query(r, "fields", "id,username");
}

static bool take_who(const struct step_in *in, struct step_out *out)
{
	struct json *j = adapter_object(in->response);

	out->account_id = graph_id(out->arena, j, "id");
	out->account = adapter_shown_name(out->arena, json_str(j, "username"));
	json_free(&j);
	if (out->account_id != NULL && out->account != NULL)
		return true;
	judge_odd(in, out, false, "account");
	return false;
}

static const struct graph_chain chain = {
	.g = &threads_graph,
	.exchange = "th_exchange_token",
	.renew = "th_refresh_token",
	.inspects = true,
	.ask_who = ask_who,
	.take_who = take_who,
};

static void authorize(const struct step_in *in, struct step_out *out)
{
	static const struct grant grant = {.title = "Threads", .client = GRANT_FORM};
	const char *base = adapter_base(in, THREADS_API);
	bool own = strcmp(base, THREADS_API) == 0 || strcmp(base, THREADS_API_TOO) == 0;

	grant_authorize(&grant, in, out,
			arena_printf(out->arena, "%s/oauth/authorize", own ? THREADS_SITE : base),
			"threads_basic,threads_content_publish,threads_manage_replies,"
			"threads_delete");
}

static void login(const struct step_in *in, struct step_out *out)
{
	graph_chain_login(&chain, in, out);
}

static void code(const struct step_in *in, struct step_out *out)
{
	graph_chain_code(&chain, in, out);
}

static void refresh(const struct step_in *in, struct step_out *out)
{
	graph_chain_refresh(&chain, in, out);
}

static void verify(const struct step_in *in, struct step_out *out)
{
	graph_chain_verify(&chain, in, out);
}

static void revoke(const struct step_in *in, struct step_out *out)
{
	(void)in;
	graph_no_revoke(&threads_graph, out);
}

static void publish_one(const struct step_in *in, struct step_out *out)
{
	stage_publish(&stage, in, out);
}

static void settle_one(const struct step_in *in, struct step_out *out)
{
	stage_settle(&stage, in, out);
}

static void takedown_one(const struct step_in *in, struct step_out *out)
{
	stage_takedown(&stage, in, out);
}

/* A post that is known by its container alone cannot be answered: the next try looks for it again. */
static bool is_answerable(const struct step_out *out, struct json *state)
{
	if (graph_is_id(out->remote_id))
		return true;
	if (json_is_object(state))
		json_set_str(state, "id", NULL);
	return false;
}

static const struct chain posts = {
	.platform = "threads",
	.publish = publish_one,
	.settle = settle_one,
	.takedown = takedown_one,
	.validate = check_one,
	.measure = measure_one,
	.answerable = is_answerable,
};

static void publish(const struct step_in *in, struct step_out *out)
{
	chain_publish(&posts, in, out);
}

static void settle(const struct step_in *in, struct step_out *out)
{
	chain_settle(&posts, in, out);
}

static void takedown(const struct step_in *in, struct step_out *out)
{
	chain_takedown(&posts, in, out);
}

static void validate(const struct post *post, const struct connection *conn, struct problems *out)
{
	chain_validate(&posts, post, conn, out);
}

static size_t parts(const struct post *post, struct arena *a, const struct post **out)
{
	return chain_parts(&posts, post, a, out);
}

static int64_t measure(const struct post *post, const struct connection *conn)
{
	return chain_measure(&posts, post, conn);
}

static void step(const struct step_in *in, struct step_out *out)
{
	static adapter_operation *const operations[OP_COUNT] = {
		[OP_LOGIN] = login,     [OP_AUTHORIZE] = authorize, [OP_CODE] = code,
		[OP_REFRESH] = refresh, [OP_VERIFY] = verify,       [OP_REVOKE] = revoke,
		[OP_PUBLISH] = publish, [OP_SETTLE] = settle,       [OP_TAKEDOWN] = takedown,
	};

	adapter_run(operations, in, out);
	graph_window(in, out);
}

const struct platform threads_platform = {
	.name = "threads",
	.title = "Threads",
	.logins = LOGIN_OAUTH | LOGIN_TOKEN,
	.default_server = THREADS_API,
	.server_is_choice = true,
	.media_by_url = true,
	.secret_needed = true,
	.redirect = "https",
	.scopes = "threads_basic threads_content_publish threads_manage_replies threads_delete",
	.version = THREADS_VERSION,
	.limits =
		{
			.thread_parts_max = CHAIN_PARTS_MAX,
			.text_max = THREADS_TEXT_MAX,
			.text_unit = UNIT_CHARACTERS,
			.alt_max = ALT_MAX,
			.images_max = THREADS_FILES_MAX,
			.videos_max = THREADS_FILES_MAX,
			.image_bytes_max = THREADS_IMAGE_BYTES_MAX,
			.video_bytes_max = THREADS_VIDEO_BYTES_MAX,
		},
	.media_types = media_types,
	.settling = SETTLE_BY_STAGE,
	.key_life_ms = 0,
	.visibility_lag_ms = 0,
	.refresh_ahead_ms = (int64_t)7 * 24 * 60 * 60 * 1000,
	.quotas = "250 posts in 24 hours; 4800 calls for each impression in 24 hours",
	.make_key = adapter_make_key,
	.validate = validate,
	.measure = measure,
	.parts = parts,
	.step = step,
};
