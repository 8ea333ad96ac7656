/* ops/postfile.c - the text form of a post: header lines, an empty line, the text.
 *
 * As mail users know it: "Key: value", continued by lines that begin with a space; lines that begin with '#'
 * are comments there. What a file without a header begins with is text, unless its first line looks like a header
 * line: then a mistyped key would be published, so an unknown key is refused and an empty first line says
 * "no header". The text is taken as it stands, but for its last line end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "ops/internal.h"

enum header {
	H_BRAND,
	H_PLATFORMS,
	H_CONNECTIONS,
	H_AT,
	H_MEDIA,
	H_ALT,
	H_LINK,
	H_TITLE,
	H_LANGUAGE,
	H_VISIBILITY,
	H_FIRST_COMMENT,
	H_OPTION,
	H_PRIORITY,
	H_SCALE,
	H_COUNT
};
static const char *const names[H_COUNT] = {
	[H_BRAND] = "Brand",
	[H_PLATFORMS] = "Platforms",
	[H_CONNECTIONS] = "Connections",
	[H_AT] = "At",
	[H_MEDIA] = "Media",
	[H_ALT] = "Alt",
	[H_LINK] = "Link",
	[H_TITLE] = "Title",
	[H_LANGUAGE] = "Language",
	[H_VISIBILITY] = "Visibility",
	[H_FIRST_COMMENT] = "First-Comment",
	[H_OPTION] = "Option",
	[H_PRIORITY] = "Priority",
	[H_SCALE] = "Scale",
};
#define VARIANT "Variant-"
#define OWN_MEDIA "Media-" /* of a variant */

struct reader {
	const char *s, *end; /* the rest */
	int line;            /* number of the line that begins at s */
	struct arena *arena;
	struct draft *d;
	struct draft_media *alt_open; /* the last Media, while it has no Alt; NULL */
};

static size_t line_len(const char *s, const char *end)
{
	const char *nl = memchr(s, '\n', (size_t)(end - s));

	return nl ? (size_t)(nl - s) : (size_t)(end - s);
}

/* Without the carriage return of a DOS line. */
static size_t trimmed(const char *s, size_t n)
{
	while (n && (s[n - 1] == '\r' || s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	return n;
}

/* "Word:" followed by white space or the line's end; the length of the word, 0: no. */
static size_t key_len(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && ((s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= 'a' && s[i] <= 'z') ||
			 (i && (s[i] == '-' || s[i] == '_' || (s[i] >= '0' && s[i] <= '9')))))
		i++;
	if (!i || i >= n || s[i] != ':' || (i + 1 < n && s[i + 1] != ' ' && s[i + 1] != '\t'))
		return 0;
	return i;
}

static bool is_comment(const char *s, size_t n)
{
	return n && s[0] == '#';
}

/* Does the file begin with a header block? A comment counts as its beginning only when it cannot be a hashtag. */
static bool has_header(const struct reader *r)
{
	const char *s = r->s;

	while (s < r->end) {
		size_t n = line_len(s, r->end), t = trimmed(s, n);

		if (key_len(s, t))
			return true;
		if (!is_comment(s, t) || (t > 1 && s[1] != ' ' && s[1] != '\t'))
			return false;
		s += n + (s + n < r->end);
	}
	return false;
}

static enum err at_line(struct err_info *info, int line, const char *what, const char *value)
{
	return err_set(info, E_INVALID, "line %d: %s \"%s\"", line, what, value);
}

/* "a, b" -> {"a", "b"} */
static void split(struct arena *a, const char *s, const char *const **out, size_t *n)
{
	const char **list = NULL;
	size_t count = 0;

	while (*s) {
		size_t len = strcspn(s, ","), from = strspn(s, " \t");

		if (from < len && trimmed(s + from, len - from)) {
			list = arena_grow(a, list, count, sizeof(*list));
			list[count++] = arena_strndup(a, s + from, trimmed(s + from, len - from));
		}
		s += len + (s[len] == ',');
	}
	*out = list;
	*n = count;
}

static void add_media(struct reader *r, struct draft_media **list, size_t *n, const char *file)
{
	*list = arena_grow(r->arena, *list, *n, sizeof(**list));
	r->alt_open = &(*list)[(*n)++];
	*r->alt_open = (struct draft_media){.file = file};
}

static enum err set_alt(struct reader *r, int line, const char *value, struct err_info *info)
{
	if (!r->alt_open)
		return at_line(info, line, "this Alt follows no Media:", value);
	r->alt_open->alt = value;
	r->alt_open = NULL;
	return OK;
}

static void add_option(struct reader *r, const char *value)
{
	const char **list = arena_grow(r->arena, (void *)r->d->options, r->d->n_options,
				       sizeof(*list));

	list[r->d->n_options++] = value;
	r->d->options = list;
}

static enum err set_priority(struct reader *r, int line, const char *value, struct err_info *info)
{
	char *end;
	long n = strtol(value, &end, 10);

	if (!*value || *end || n < -1000 || n > 1000)
		return at_line(info, line, "Priority is a whole number from -1000 to 1000, not",
			       value);
	r->d->priority = n;
	r->d->has_priority = true;
	return OK;
}

static enum err set_header(struct reader *r, enum header h, int line, const char *value,
			   struct err_info *info)
{
	struct draft *d = r->d;
	const char **one[H_COUNT] = {
		[H_BRAND] = &d->brand,
		[H_AT] = &d->at,
		[H_LINK] = &d->link,
		[H_TITLE] = &d->title,
		[H_LANGUAGE] = &d->language,
		[H_VISIBILITY] = &d->visibility,
		[H_FIRST_COMMENT] = &d->first_comment,
	};

	if (!*value && h != H_ALT)
		return OK; /* a key that the editor's file offers and nobody filled in */
	if (one[h]) {
		if (*one[h])
			return at_line(info, line, "this header stands there twice:", names[h]);
		*one[h] = value;
		return OK;
	}
	switch (h) {
	case H_PLATFORMS:
		split(r->arena, value, &d->platforms, &d->n_platforms);
		return OK;
	case H_CONNECTIONS:
		split(r->arena, value, &d->connections, &d->n_connections);
		return OK;
	case H_MEDIA:
		add_media(r, &d->media, &d->n_media, value);
		return OK;
	case H_ALT:
		return *value ? set_alt(r, line, value, info) : OK;
	case H_PRIORITY:
		return set_priority(r, line, value, info);
	case H_SCALE:
		if (strcasecmp(value, "yes") && strcasecmp(value, "no"))
			return at_line(info, line, "Scale is yes or no, not", value);
		d->scale = !strcasecmp(value, "yes");
		return OK;
	default:
		add_option(r, value);
		return OK;
	}
}

/* The variant that a key like Variant-bluesky or Media-bluesky names. */
static enum err variant_named(struct reader *r, const char *key, size_t prefix, int line,
			      struct draft_variant **out, struct err_info *info)
{
	struct draft *d = r->d;
	char *lower = arena_strdup(r->arena, key + prefix);

	if (!*lower)
		return at_line(
			info, line,
			"a variant names its platform, as in Variant-bluesky; this does not:", key);
	for (char *p = lower; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	for (size_t i = 0; i < d->n_variants; i++)
		if (!strcmp(d->variants[i].platform, lower)) {
			*out = &d->variants[i];
			return OK;
		}
	d->variants = arena_grow(r->arena, d->variants, d->n_variants, sizeof(*d->variants));
	*out = &d->variants[d->n_variants++];
	**out = (struct draft_variant){.platform = lower};
	return OK;
}

static enum err set_variant(struct reader *r, const char *key, int line, const char *value,
			    struct err_info *info)
{
	struct draft_variant *v;
	enum err e;

	if (!*value && key[strlen(VARIANT)])
		return OK;
	e = variant_named(r, key, strlen(VARIANT), line, &v, info);
	if (!e)
		v->text = value;
	return e;
}

static enum err set_own_media(struct reader *r, const char *key, int line, const char *value,
			      struct err_info *info)
{
	struct draft_variant *v;
	enum err e;

	if (!*value && key[strlen(OWN_MEDIA)])
		return OK;
	e = variant_named(r, key, strlen(OWN_MEDIA), line, &v, info);
	if (!e)
		add_media(r, &v->media, &v->n_media, value);
	return e;
}

static enum err take_header(struct reader *r, const char *key, int line, const char *value,
			    struct err_info *info)
{
	const char *nearest = names[0];
	size_t least = SIZE_MAX;
	enum err e;

	if (!strncasecmp(key, VARIANT, strlen(VARIANT)))
		return set_variant(r, key, line, value, info);
	if (!strncasecmp(key, OWN_MEDIA, strlen(OWN_MEDIA)))
		return set_own_media(r, key, line, value, info);
	for (int h = 0; h < H_COUNT; h++) {
		size_t d;

		if (!strcasecmp(key, names[h]))
			return set_header(r, (enum header)h, line, value, info);
		d = words_distance(key, names[h]);
		if (d < least) {
			least = d;
			nearest = names[h];
		}
	}
	e = err_set(info, E_INVALID, "line %d: there is no header \"%s\"; the nearest is \"%s\"",
		    line, key, nearest);
	err_hint(info, "if this is the post's text, begin the file with an empty line");
	return e;
}

static void next_line(struct reader *r, size_t n)
{
	r->s += n + (r->s + n < r->end);
	r->line++;
}

/* One header with its continuation lines. A variant keeps their line ends (" ." is an empty line); others join them. */
static enum err read_header(struct reader *r, size_t n, struct err_info *info)
{
	size_t len = trimmed(r->s, n), klen = key_len(r->s, len), from;
	char *key = arena_strndup(r->arena, r->s, klen);
	bool lines = !strncasecmp(key, VARIANT, strlen(VARIANT));
	int line = r->line;
	struct strbuf value;
	enum err e;

	if (!klen)
		return at_line(info, line, "this is no header line (Key: value):",
			       arena_strndup(r->arena, r->s, len));
	strbuf_init(&value, STRBUF_CEILING_DEFAULT);
	for (from = klen + 1; from < len && (r->s[from] == ' ' || r->s[from] == '\t'); from++)
		;
	strbuf_add(&value, r->s + from, len - from);
	next_line(r, n);
	while (r->s < r->end && (*r->s == ' ' || *r->s == '\t')) {
		const char *more = r->s + 1;

		n = line_len(r->s, r->end);
		len = trimmed(more, n - 1);
		if (!len)
			break; /* a line of blanks ends the header like an empty one */
		if (value.len || lines)
			strbuf_putc(&value, lines ? '\n' : ' ');
		if (!lines || len != 1 || *more != '.')
			strbuf_add(&value, more, len);
		next_line(r, n);
	}
	if (lines && value.len && value.data[0] == '\n')
		e = take_header(r, key, line, arena_strdup(r->arena, value.data + 1), info);
	else
		e = take_header(r, key, line, arena_strdup(r->arena, value.data), info);
	strbuf_free(&value);
	return e;
}

static enum err read_block(struct reader *r, struct err_info *info)
{
	while (r->s < r->end) {
		size_t n = line_len(r->s, r->end), t = trimmed(r->s, n);
		enum err e = OK;

		if (!t) {
			next_line(r, n);
			return OK;
		}
		if (is_comment(r->s, t))
			next_line(r, n);
		else
			e = read_header(r, n, info);
		if (e)
			return e;
	}
	return OK;
}

/* DOS line ends become ours; the last line end belongs to the file, not to the post. */
static char *take_text(struct arena *a, const char *s, const char *end)
{
	char *out = arena_alloc(a, (size_t)(end - s) + 1), *to = out;

	for (; s < end; s++)
		if (*s != '\r' || s + 1 == end || s[1] != '\n')
			*to++ = *s;
	if (to > out && to[-1] == '\n')
		to--;
	*to = 0;
	return out;
}

enum err ops_post_file_parse(const char *bytes, size_t n, struct arena *a, struct draft *out,
			     struct err_info *info)
{
	struct draft d = {0};
	struct reader r = {.s = bytes, .end = bytes + n, .line = 1, .arena = a, .d = &d};
	enum err e = OK;

	if (!text_is_utf8(bytes, n) || memchr(bytes, 0, n))
		return err_set(info, E_INVALID, "the post file is not UTF-8 text");
	if (n >= 3 && !memcmp(bytes, "\xef\xbb\xbf", 3))
		r.s += 3;
	if (r.s < r.end && !trimmed(r.s, line_len(r.s, r.end)))
		next_line(&r, line_len(r.s, r.end));
	else if (has_header(&r))
		e = read_block(&r, info);
	if (e)
		return e;
	/* Editors and fingers leave empty lines above the text; nobody means to post them. */
	while (r.s < r.end && (*r.s == '\n' || (*r.s == '\r' && r.s + 1 < r.end && r.s[1] == '\n')))
		r.s++;
	d.text = take_text(a, r.s, r.end);
	*out = d;
	return OK;
}

/* ---------------------------------------------------------------- the editor's file */

static void put_list(struct strbuf *out, const char *key, const char *const *items, size_t n)
{
	strbuf_printf(out, "%s:", key);
	for (size_t i = 0; i < n; i++)
		strbuf_printf(out, "%s %s", i ? "," : "", items[i]);
	strbuf_putc(out, '\n');
}

static void put(struct strbuf *out, enum header h, const char *value)
{
	strbuf_printf(out, "%s:%s%s\n", names[h], value && *value ? " " : "", value ? value : "");
}

/* Continuation lines, so that what is read back is the same. */
static void put_variant(struct strbuf *out, const struct draft_variant *v)
{
	for (size_t i = 0; i < v->n_media; i++) {
		strbuf_printf(out, OWN_MEDIA "%s: %s\n", v->platform, v->media[i].file);
		put(out, H_ALT, v->media[i].alt);
	}
	if (!v->text)
		return;
	strbuf_printf(out, VARIANT "%s:\n", v->platform);
	for (const char *s = v->text; *s;) {
		size_t n = strcspn(s, "\n");

		strbuf_putc(out, ' ');
		if (n)
			strbuf_add(out, s, n);
		else
			strbuf_putc(out, '.');
		strbuf_putc(out, '\n');
		s += n + (s[n] == '\n');
	}
}

void ops_post_file_write(const struct draft *d, struct strbuf *out)
{
	strbuf_puts(
		out,
		"# The post's text stands below the first empty line, as it is to go out.\n"
		"# Platforms: all accounts of the brand if empty; or name accounts under Connections.\n");
	put(out, H_BRAND, d->brand);
	put_list(out, names[H_PLATFORMS], d->platforms, d->n_platforms);
	if (d->n_connections)
		put_list(out, names[H_CONNECTIONS], d->connections, d->n_connections);
	strbuf_puts(
		out,
		"# At: 2026-12-01 09:00 in the brand's zone, tomorrow 9:00, +90m; now if empty.\n");
	put(out, H_AT, d->at);
	strbuf_puts(out,
		    "# Media: a file (PNG, JPEG, GIF, WebP, MP4), each followed by its Alt.\n");
	for (size_t i = 0; i < d->n_media; i++) {
		put(out, H_MEDIA, d->media[i].file);
		put(out, H_ALT, d->media[i].alt);
	}
	if (!d->n_media)
		strbuf_puts(out, "Media:\nAlt:\n");
	put(out, H_LINK, d->link);
	if (d->title)
		put(out, H_TITLE, d->title);
	strbuf_puts(out, "# Language: en, pt-BR, ...\n");
	put(out, H_LANGUAGE, d->language);
	strbuf_puts(
		out,
		"# Also: Title, Visibility, First-Comment, Option: PLATFORM.KEY=VALUE, Priority,\n"
		"# Scale: yes (smaller copies of pictures that are too large), and\n"
		"# Variant-PLATFORM: another text for one platform (further lines begin with a space),\n"
		"# Media-PLATFORM: other media for it, each followed by its Alt.\n");
	if (d->visibility)
		put(out, H_VISIBILITY, d->visibility);
	if (d->first_comment)
		put(out, H_FIRST_COMMENT, d->first_comment);
	for (size_t i = 0; i < d->n_options; i++)
		put(out, H_OPTION, d->options[i]);
	if (d->priority)
		strbuf_printf(out, "%s: %lld\n", names[H_PRIORITY], (long long)d->priority);
	if (d->scale)
		put(out, H_SCALE, "yes");
	for (size_t i = 0; i < d->n_variants; i++)
		put_variant(out, &d->variants[i]);
	strbuf_printf(out, "\n%s\n", d->text ? d->text : "");
}
