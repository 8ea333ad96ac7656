/* http/ascii.h - character classes that no locale changes, and what message.c and transport.c share.
 *
 * Internal to http/. */
#ifndef MASTHEAD_HTTP_ASCII_H
#define MASTHEAD_HTTP_ASCII_H

#include "http/message.h"

static inline bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool ascii_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool ascii_is_alnum(char c)
{
	return ascii_is_digit(c) || ascii_is_alpha(c);
}

static inline bool ascii_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool ascii_equal_nocase(const char *a, const char *b)
{
	while (*a && ascii_lower(*a) == ascii_lower(*b)) {
		a++;
		b++;
	}
	return *a == '\0' && *b == '\0';
}

/* What stands before the user's name in a value that ends in a SLOT_BASIC. */
#define HTTP_BASIC_PREFIX "Basic "

/* An empty response with a wiped arena; status 0. */
struct http_response *http_response_new(void) MUST_USE;
/* "Name: value", with or without the line's end; anything else is left out. */
void http_response_add_header(struct http_response *r, const char *line, size_t n);

#endif
