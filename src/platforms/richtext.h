/* platforms/richtext.h - finds links, mentions and hashtags in a post's text.
 *
 * What is found is what the platforms' own programs would make clickable, no more: a doubtful piece stays
 * plain text. Layer: platforms. Pure functions, any thread. */
#ifndef MASTHEAD_PLATFORMS_RICHTEXT_H
#define MASTHEAD_PLATFORMS_RICHTEXT_H

#include "base/mem.h"

enum span_kind {
	SPAN_LINK = 1,    /* http:// or https:// with a host */
	SPAN_HANDLE = 2,  /* "@name.example": a domain name as a handle (Bluesky) */
	SPAN_ADDRESS = 4, /* "@user" or "@user@host" (the Fediverse) */
	SPAN_TAG = 8      /* "#word", at least one character that is no digit or punctuation */
};

/* Bytes start up to, not including, end; the "@" or "#" is inside. Always on code point borders. */
struct text_span {
	enum span_kind kind;
	size_t start, end;
};

/* All spans of the wanted kinds (enum span_kind bits), in order, not overlapping.
 * text: n bytes of valid UTF-8. *spans is the arena's; the number is returned. */
size_t richtext_find(struct arena *a, const char *text, size_t n, unsigned kinds,
		     struct text_span **spans);

/* A domain name of at least two labels whose last one begins with a letter, at most 253 bytes. */
bool richtext_is_handle(const char *s, size_t n);
/* An http or https URL with a host and no space, as one whole string. */
bool richtext_is_url(const char *s);

#endif
