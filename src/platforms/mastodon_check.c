/* platforms/mastodon_check.c - a post held against what an instance takes, and its options.
 *
 * Options of a post: mastodon.content_warning, mastodon.sensitive (true or false), mastodon.focus ("X,Y" of each image, from
 * -1 to 1, divided by |), mastodon.poll ("A|B|C"), mastodon.poll_minutes (1440), mastodon.poll_multiple and
 * mastodon.poll_hide_totals (true or false), mastodon.thread. */
#include "platforms/mastodon.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "platforms/chain.h"
#include "platforms/richtext.h"

#define POLL_MINUTES 1440

const char *const mastodon_media_types[] = {
	"image/jpeg",      "image/png",  "image/gif",  "image/webp", "video/mp4",
	"video/quicktime", "video/webm", "audio/mpeg", "audio/ogg",  "audio/flac",
	"audio/wav",       "audio/mp4",  NULL};
static const char *const visibilities[] = {"public", "unlisted", "private", "direct"};
static const char *const option_names[] = {
	MASTODON_OPTION_WARNING, MASTODON_OPTION_SENSITIVE, "focus",      "poll", "poll_minutes",
	"poll_multiple",         "poll_hide_totals",        CHAIN_OPTION, NULL};

static bool flag(struct arena *a, const struct post *post, const char *key)
{
	bool on = false;

	adapter_option_bool(adapter_option(a, post, "mastodon", key), &on);
	return on;
}

/* The length of a number from -1 to 1 at s, whatever the locale; 0: there is none. */
static size_t unit_number(const char *s)
{
	size_t sign = s[0] == '-', n = sign + 1, digits = 0;

	if (s[sign] != '0' && s[sign] != '1')
		return 0;
	if (s[n] == '.') {
		digits = strspn(s + n + 1, s[sign] == '1' ? "0" : "0123456789");
		if (digits < 1 || digits > 6)
			return 0;
		n += 1 + digits;
	}
	return n;
}

/* "X,Y", both from -1 to 1. */
static bool is_focus(const char *s)
{
	size_t x = unit_number(s), y;

	if (x == 0 || s[x] != ',')
		return false;
	y = unit_number(s + x + 1);
	return y > 0 && s[x + 1 + y] == '\0';
}

void mastodon_options_read(struct arena *a, const struct post *post, struct mastodon_options *o)
{
	const char *minutes = adapter_option(a, post, "mastodon", "poll_minutes");

	*o = (struct mastodon_options){
		.warning = adapter_option(a, post, "mastodon", MASTODON_OPTION_WARNING),
		.sensitive = flag(a, post, MASTODON_OPTION_SENSITIVE),
		.poll_minutes = minutes != NULL ? adapter_option_number(minutes, 1, 999999999)
						: POLL_MINUTES,
		.poll_multiple = flag(a, post, "poll_multiple"),
		.poll_hide_totals = flag(a, post, "poll_hide_totals"),
	};
	o->n_focus = adapter_option_list(a, adapter_option(a, post, "mastodon", "focus"), o->focus,
					 COUNT_OF(o->focus));
	o->n_choices = adapter_option_list(a, adapter_option(a, post, "mastodon", "poll"),
					   o->choices, COUNT_OF(o->choices));
}

/* Length as Mastodon counts: graphemes, a URL as a fixed number, "@user@host" as "@user". Other servers
 * count every code point. */
static int64_t count(const char *text, const struct mastodon_facts *f)
{
	struct arena *a;
	struct text_span *spans = NULL;
	struct strbuf shown;
	size_t n, done = 0;
	int64_t length = 0;

	if (f->known && !f->proper)
		return (int64_t)text_codepoints(text, strlen(text));
	a = arena_new();
	strbuf_init(&shown, JSON_BYTES_MAX);
	n = richtext_find(a, text, strlen(text), SPAN_LINK | SPAN_ADDRESS, &spans);
	for (size_t i = 0; i < n; i++) {
		size_t keep = spans[i].start;

		if (spans[i].kind == SPAN_LINK)
			length += f->url_length;
		else
			for (keep++; keep < spans[i].end && text[keep] != '@';)
				keep++;
		strbuf_add(&shown, text + done, keep - done);
		/* What stood left and right of a URL must not become one grapheme. */
		if (spans[i].kind == SPAN_LINK) {
			strbuf_putc(&shown, 'x');
			length--;
		}
		done = spans[i].end;
	}
	strbuf_puts(&shown, text + done);
	length += (int64_t)text_graphemes(shown.data, shown.len);
	strbuf_free(&shown);
	arena_free(&a);
	return length;
}

int64_t mastodon_measure(const struct post *post, const struct connection *conn)
{
	struct arena *a = arena_new();
	struct mastodon_options options;
	struct mastodon_facts f;
	int64_t length;

	mastodon_facts_read(conn, &f);
	mastodon_options_read(a, post, &options);
	length = count(adapter_text(a, post), &f);
	if (options.warning != NULL)
		length += count(options.warning, &f);
	mastodon_facts_free(&f);
	arena_free(&a);
	return length;
}

/* What the server calls the same. */
static bool is_same_type(const char *told, const char *ours)
{
	static const char *const names[][2] = {
		{"audio/mp3", "audio/mpeg"},   {"audio/x-wav", "audio/wav"},
		{"audio/wave", "audio/wav"},   {"audio/x-flac", "audio/flac"},
		{"audio/vorbis", "audio/ogg"}, {"audio/m4a", "audio/mp4"},
		{"audio/x-m4a", "audio/mp4"}};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(told, names[i][0]) == 0)
			told = names[i][1];
	return strcmp(told, ours) == 0;
}

/* Of the types that we know, those that the server says it takes. */
static void taken_types(const struct mastodon_facts *f, const char **out)
{
	for (size_t i = 0; mastodon_media_types[i] != NULL; i++) {
		bool taken = f->types == NULL;

		for (const struct json *t = json_first(f->types); t != NULL; t = json_next(t))
			taken = taken || (json_as_str(t) != NULL &&
					  is_same_type(json_as_str(t), mastodon_media_types[i]));
		if (taken)
			*out++ = mastodon_media_types[i];
	}
	*out = NULL;
}

static bool is_picture(const struct media *m)
{
	return m->type == NULL || strncasecmp(m->type, "image/", 6) == 0;
}

static void check_media(const struct post *post, const struct mastodon_facts *f,
			struct problems *out)
{
	const char *told[COUNT_OF(mastodon_media_types)];
	size_t alone = 0;

	taken_types(f, told);
	for (size_t i = 0; i < post->n_media; i++) {
		const struct media *m = &post->media[i];
		bool picture = is_picture(m);
		int64_t pixels = picture ? f->pixels_max : f->video_pixels_max;

		adapter_check_file(m, told, picture ? f->image_bytes_max : f->video_bytes_max,
				   f->alt_max, UNIT_CHARACTERS, out);
		if (pixels > 0 && m->width > 0 && m->height > 0 && m->width > pixels / m->height)
			adapter_too_large(out, m, EXCESS_PIXELS, pixels, 0,
					  "%s has more than the %lld pixels that the server takes",
					  m->name != NULL ? m->name : m->sha256, (long long)pixels);
		alone += !picture;
	}
	if (alone > 0 && post->n_media > 1)
		problem_add(out, "media", 1, (int64_t)post->n_media,
			    "a video or a sound is the only file of its post");
	else if ((int64_t)post->n_media > f->media_max)
		problem_add(out, "media", f->media_max, (int64_t)post->n_media,
			    "%zu files are more than the %lld that a post may have", post->n_media,
			    (long long)f->media_max);
}

static void check_choices(const struct mastodon_options *o, const struct mastodon_facts *f,
			  struct problems *out)
{
	size_t n = o->n_choices < COUNT_OF(o->choices) ? o->n_choices : COUNT_OF(o->choices);

	if (n < 2 || (int64_t)o->n_choices > f->poll_choices_max || o->n_choices > n)
		problem_add(out, "option", f->poll_choices_max, (int64_t)o->n_choices,
			    "a poll has two to %lld choices, with | between them",
			    (long long)f->poll_choices_max);
	for (size_t i = 0; i < n; i++) {
		int64_t len = (int64_t)text_graphemes(o->choices[i], strlen(o->choices[i]));

		if (!adapter_has_text(o->choices[i]) || len > f->poll_choice_max)
			problem_add(out, "option", f->poll_choice_max, len,
				    "a poll's choice has 1 to %lld characters",
				    (long long)f->poll_choice_max);
		for (size_t k = 0; k < i; k++)
			if (strcmp(o->choices[i], o->choices[k]) == 0)
				problem_add(out, "option", 0, 0,
					    "the poll has the choice '%s' twice", o->choices[i]);
	}
}

static void check_poll(const struct post *post, const struct mastodon_options *o,
		       const struct mastodon_facts *f, struct problems *out)
{
	static const char *const flags[] = {"poll_multiple", "poll_hide_totals"};
	int64_t seconds = o->poll_minutes * 60;

	for (size_t i = 0; i < COUNT_OF(flags); i++)
		adapter_check_flag(post, "mastodon", flags[i], out);
	if (o->poll_minutes < 0 || seconds < f->poll_seconds_min || seconds > f->poll_seconds_max)
		problem_add(out, "option", f->poll_seconds_max / 60, o->poll_minutes,
			    "mastodon.poll_minutes is a number from %lld to %lld",
			    (long long)(f->poll_seconds_min + 59) / 60,
			    (long long)f->poll_seconds_max / 60);
	if (o->n_choices == 0)
		return;
	check_choices(o, f, out);
	if (post->n_media > 0)
		problem_add(out, "option", 0, 0, "a post has either a poll or files");
	if (!adapter_has_text(post->text))
		problem_add(out, "text", 0, 0, "a poll needs a text beside it");
}

static void check_options(const struct post *post, const struct mastodon_facts *f,
			  struct problems *out)
{
	struct mastodon_options o;
	size_t n;

	mastodon_options_read(out->arena, post, &o);
	adapter_check_flag(post, "mastodon", MASTODON_OPTION_SENSITIVE, out);
	check_poll(post, &o, f, out);
	n = o.n_focus < COUNT_OF(o.focus) ? o.n_focus : COUNT_OF(o.focus);
	for (size_t i = 0; i < n; i++)
		if (!is_focus(o.focus[i]))
			problem_add(
				out, "option", 0, 0,
				"mastodon.focus is X,Y for each image, both from -1 to 1, with | "
				"between them");
	if (o.n_focus > post->n_media)
		problem_add(out, "option", (int64_t)post->n_media, (int64_t)o.n_focus,
			    "mastodon.focus tells of more images than there are");
	adapter_check_options(post, "mastodon", option_names, out);
}

static bool is_visibility(const char *v)
{
	for (size_t i = 0; i < COUNT_OF(visibilities); i++)
		if (strcmp(visibilities[i], v) == 0)
			return true;
	return false;
}

void mastodon_check(const struct post *post, const struct connection *conn, struct problems *out)
{
	struct mastodon_facts f;
	int64_t length = mastodon_measure(post, conn);

	mastodon_facts_read(conn, &f);
	adapter_check_text(post, out);
	if (length > f.text_max)
		problem_add(
			out, "text", f.text_max, length,
			"the text counts %lld characters, more than the %lld that the server takes",
			(long long)length, (long long)f.text_max);
	check_media(post, &f, out);
	if (post->visibility != NULL && post->visibility[0] != '\0' &&
	    !is_visibility(post->visibility))
		problem_add(out, "visibility", 0, 0,
			    "'%s' is none of public, unlisted, private and direct",
			    post->visibility);
	adapter_check_no_comment(post, mastodon_platform.title, out);
	check_options(post, &f, out);
	mastodon_facts_free(&f);
}
