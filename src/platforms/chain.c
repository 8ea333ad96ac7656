/* platforms/chain.c - a post cut into the parts of a thread, and the checks of each. */
#include "platforms/chain.h"

#include <string.h>

#define SEPARATOR "---"

bool chain_is_on(const struct chain *c, const struct post *post)
{
	struct arena *a;
	bool on = false;

	if (post == NULL || post->options == NULL)
		return false;
	a = arena_new();
	adapter_option_bool(adapter_option(a, post, c->platform, CHAIN_OPTION), &on);
	arena_free(&a);
	return on;
}

/* The next line that is the separator and nothing else; NULL if none follows. */
static const char *find_separator(const char *s)
{
	while (s != NULL) {
		if (strncmp(s, SEPARATOR, 3) == 0 && (s[3] == '\n' || s[3] == '\0'))
			return s;
		s = strchr(s, '\n');
		s = s != NULL ? s + 1 : NULL;
	}
	return NULL;
}

static const char *cut(struct arena *a, const char *s, const char *end)
{
	while (end > s && end[-1] == '\n')
		end--;
	return arena_strndup(a, s, (size_t)(end - s));
}

/* The options that hold for the parts after the first; NULL: none. */
static const char *kept_options(const struct chain *c, const struct post *post, struct arena *a)
{
	struct json *kept = json_new_object();
	const char *text = NULL;
	struct strbuf b;

	for (size_t i = 0; c->kept != NULL && c->kept[i] != NULL; i++) {
		const char *value = adapter_option(a, post, c->platform, c->kept[i]);

		if (value != NULL)
			json_set_str(kept, arena_printf(a, "%s.%s", c->platform, c->kept[i]),
				     value);
	}
	if (json_len(kept) > 0) {
		strbuf_init(&b, JSON_BYTES_MAX);
		json_write(&b, kept, false);
		text = arena_strdup(a, b.data);
		strbuf_free(&b);
	}
	json_free(&kept);
	return text;
}

size_t chain_parts(const struct chain *c, const struct post *post, struct arena *a,
		   const struct post **out)
{
	const char *s = post->text != NULL ? post->text : "", *end;
	struct post *parts = arena_grow(a, NULL, 0, sizeof(*parts));
	size_t n = 1;

	parts[0] = *post;
	*out = parts;
	if (!chain_is_on(c, post))
		return 1;
	parts[0].first_comment = NULL;
	for (; (end = find_separator(s)) != NULL; n++) {
		parts = arena_grow(a, parts, n, sizeof(*parts));
		parts[n - 1].text = cut(a, s, end);
		s = end + strlen(SEPARATOR);
		s += strspn(s, "\n");
		parts[n] = (struct post){.id = post->id,
					 .tenant_id = post->tenant_id,
					 .brand_id = post->brand_id,
					 .language = post->language,
					 .visibility = post->visibility,
					 .options = kept_options(c, post, a)};
		parts[n].text = s;
	}
	*out = parts;
	return n;
}

/* Checks */

void chain_validate(const struct chain *c, const struct post *post, const struct connection *conn,
		    struct problems *out)
{
	const struct post *parts;
	size_t n = chain_parts(c, post, out->arena, &parts);

	adapter_check_flag(post, c->platform, CHAIN_OPTION, out);
	if (!chain_is_on(c, post)) {
		c->validate(post, conn, out);
		return;
	}
	if (n > CHAIN_PARTS_MAX)
		problem_add(out, "text", CHAIN_PARTS_MAX, (int64_t)n,
			    "the thread has %zu parts, more than the %d that it may have", n,
			    CHAIN_PARTS_MAX);
	if (adapter_has_text(post->first_comment))
		problem_add(out, "option", 0, 0,
			    "a thread has no first comment: write it as the thread's last part");
	for (size_t i = 0; i < n; i++) {
		struct problems found = {.arena = out->arena};

		c->validate(&parts[i], conn, &found);
		for (size_t k = 0; k < found.n; k++)
			problem_add(out, found.items[k].field, found.items[k].limit,
				    found.items[k].actual, "part %zu: %s", i + 1,
				    found.items[k].message);
	}
}

int64_t chain_measure(const struct chain *c, const struct post *post, const struct connection *conn)
{
	struct arena *a = arena_new();
	const struct post *parts;
	size_t n = chain_parts(c, post, a, &parts);
	int64_t longest = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t length = c->measure(&parts[i], conn);

		longest = length > longest ? length : longest;
	}
	arena_free(&a);
	return longest;
}
