/* platforms/instagram_post.c - what the containers of a post are made of. */
#include <string.h>

#include "platforms/adapter.h"
#include "platforms/facebook.h"
#include "platforms/instagram.h"

bool instagram_is_story(struct arena *a, const struct post *post)
{
	const char *type = adapter_option(a, post, "instagram", "type");

	return type != NULL && strcmp(type, "story") == 0;
}

/* A story has no caption. */
static const char *text_of(struct arena *a, const struct post *post)
{
	return instagram_is_story(a, post) ? "" : adapter_text(a, post);
}

static void fill_alt(struct http_request *r, const struct media *m)
{
	if (!adapter_is_video(m) && adapter_has_text(m->alt))
		http_form(r, "alt_text", m->alt);
}

static bool fill_item(struct progress *p, struct http_request *r, size_t i)
{
	const struct media *m = &p->in->post->media[i];

	if (!stage_fill_url(p, r, i))
		return false;
	if (adapter_is_video(m))
		http_form(r, "media_type", "VIDEO");
	http_form(r, "is_carousel_item", "true");
	fill_alt(r, m);
	return true;
}

static void fill_reel(struct progress *p, struct http_request *r)
{
	static const char *const names[] = {"thumb_offset", "cover_url"};
	const char *feed = adapter_option(p->arena, p->in->post, "instagram", "share_to_feed");
	bool on = true;

	http_form(r, "media_type", "REELS");
	if (feed != NULL && adapter_option_bool(feed, &on))
		http_form(r, "share_to_feed", on ? "true" : "false");
	for (size_t i = 0; i < COUNT_OF(names); i++)
		http_form(r, names[i],
			  adapter_option(p->arena, p->in->post, "instagram", names[i]));
}

static bool fill(struct progress *p, struct http_request *r)
{
	const struct post *post = p->in->post;
	const char *text = text_of(p->arena, post);

	if (post->n_media == 0) {
		step_fail(p->out, CLASS_PERMANENT, E_MEDIA, NULL, NULL,
			  "Instagram takes no post without an image or a video");
		return false;
	}
	if (post->n_media > 1) {
		http_form(r, "media_type", "CAROUSEL");
		http_form(r, "children", stage_children(p));
	} else {
		if (!stage_fill_url(p, r, 0))
			return false;
		if (instagram_is_story(p->arena, post))
			http_form(r, "media_type", "STORIES");
		else if (adapter_is_video(&post->media[0]))
			fill_reel(p, r);
		fill_alt(r, &post->media[0]);
	}
	if (text[0] != '\0')
		http_form(r, "caption", text);
	return true;
}

static void fill_comment(struct progress *p, struct http_request *r, const char *id)
{
	(void)id;
	http_form(r, "message", p->in->post->first_comment);
}

const struct graph instagram_graph = {
	.name = "instagram",
	.title = "Instagram",
	.api = INSTAGRAM_API,
	.version = INSTAGRAM_VERSION,
	.needed = "instagram_business_basic instagram_business_content_publish",
};

const struct graph instagram_page_graph = {
	.name = "instagram",
	.title = "Instagram",
	.api = FACEBOOK_API,
	.version = FACEBOOK_VERSION,
	.needed = "instagram_basic instagram_content_publish pages_show_list",
};

#define STAGE(which) \
	{ \
		.g = &(which), .create = "media", .publish = "media_publish", \
		.status = "status_code", .status_fields = "status_code,status", \
		.reason = "status", .text = "caption", \
		.list_fields = "id,caption,timestamp,permalink,media_type", .text_of = text_of, \
		.fill_item = fill_item, .fill = fill, .fill_comment = fill_comment, \
	}

const struct stage *instagram_stage(const struct step_in *in)
{
	static const struct stage own = STAGE(instagram_graph), page = STAGE(instagram_page_graph);

	return instagram_by_facebook(in) ? &page : &own;
}
