/* ops/platforms.c - what each adapter can do, as JSON: the same facts that validation goes by. */
#include "base/json.h"
#include "ops/internal.h"
#include "platforms/platform.h"

static const char *unit_name(enum text_unit u)
{
	static const char *const names[] = {
		[UNIT_GRAPHEMES] = "graphemes", [UNIT_CHARACTERS] = "characters",
		[UNIT_WEIGHTED] = "weighted",   [UNIT_UTF16] = "utf16",
		[UNIT_BYTES] = "bytes",
	};

	return names[u];
}

static struct json *logins_of(const struct platform *p)
{
	static const struct {
		unsigned bit;
		const char *name;
	} kinds[] = {{LOGIN_APP_PASSWORD, "app-password"},
		     {LOGIN_TOKEN, "token"},
		     {LOGIN_OAUTH, "oauth"},
		     {LOGIN_WEBHOOK, "webhook"}};
	struct json *array = json_new_array();

	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (p->logins & kinds[i].bit)
			json_add_str(array, kinds[i].name);
	return array;
}

static struct json *scopes_of(const struct platform *p)
{
	struct json *array = json_new_array();
	const char *s = p->scopes ? p->scopes : "";
	char word[128];
	size_t n;

	for (; *s; s++) {
		for (n = 0; *s && *s != ' '; s++)
			if (n < sizeof(word) - 1)
				word[n++] = *s;
		word[n] = 0;
		if (n)
			json_add_str(array, word);
		if (!*s)
			break;
	}
	return array;
}

/* A limit that a platform does not have is null, not 0. */
static void set_limit(struct json *obj, const char *name, int64_t value)
{
	if (value)
		json_set_int(obj, name, value);
	else
		json_set_null(obj, name);
}

static struct json *limits_of(const struct platform *p)
{
	const struct platform_limits *l = &p->limits;
	struct json *obj = json_new_object();

	set_limit(obj, "text", l->text_max);
	json_set_str(obj, "text_unit", unit_name(l->text_unit));
	set_limit(obj, "text_bytes", l->text_bytes_max);
	set_limit(obj, "url", l->url_length);
	set_limit(obj, "alt", l->alt_max);
	set_limit(obj, "title", l->title_max);
	set_limit(obj, "thread_parts", l->thread_parts_max);
	set_limit(obj, "poll_choices", l->poll_choices_max);
	return obj;
}

static struct json *media_of(const struct platform *p)
{
	const struct platform_limits *l = &p->limits;
	struct json *obj = json_new_object(), *types = json_set(obj, "types", json_new_array());

	for (size_t i = 0; p->media_types && p->media_types[i]; i++)
		json_add_str(types, p->media_types[i]);
	json_set_int(obj, "images", l->images_max);
	json_set_int(obj, "videos", l->videos_max);
	set_limit(obj, "image_bytes", l->image_bytes_max);
	set_limit(obj, "video_bytes", l->video_bytes_max);
	json_set_bool(obj, "required", l->media_required);
	json_set_bool(obj, "by_url", p->media_by_url);
	return obj;
}

static struct json *describe(const struct app *a, const struct platform *p)
{
	const char *base = config_platform(app_config(a), p->name, "api_base");
	const char *version = config_platform(app_config(a), p->name, "version");
	struct json *obj = json_new_object();

	if (!version)
		version = p->version && *p->version ? p->version : NULL;
	json_set_str(obj, "name", p->name);
	json_set_str(obj, "title", p->title);
	json_set(obj, "logins", logins_of(p));
	json_set(obj, "limits", limits_of(p));
	json_set(obj, "media", media_of(p));
	json_set(obj, "scopes", scopes_of(p));
	json_set_str(obj, "settling", settling_name(p->settling));
	json_set_str(obj, "api_base", base ? base : p->default_server);
	json_set_str(obj, "version", version);
	json_set_bool(obj, "server_is_choice", p->server_is_choice);
	json_set_str(obj, "quotas", p->quotas);
	json_set_str(obj, "media_host",
		     p->media_by_url ? config_text(app_config(a), "media.host") : NULL);
	return obj;
}

enum err ops_platforms(struct app *a, const char *name, struct json **out, struct err_info *info)
{
	const struct platform *one = NULL;
	struct json *root, *array;
	int64_t n = 0;

	if (name) {
		enum err e = ops_platform(name, &one, info);

		if (!e)
			*out = describe(a, one);
		return e;
	}
	root = json_new_object();
	array = json_set(root, "platforms", json_new_array());
	for (; platforms[n]; n++)
		json_add(array, describe(a, platforms[n]));
	json_set_null(root, "next");
	json_set_int(root, "total", n);
	*out = root;
	return OK;
}
