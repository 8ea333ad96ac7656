/* The simulated LinkedIn: members and pages, files, duplicates, its log-in, and the faults that are its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client.h"

static struct client c;
static const char *token, *version;
static char url[1024], urn[64];

static void begin(const char *faults, size_t account)
{
	const struct sandbox_options o = {.faults = faults, .seed = 1, .accounts = 3};

	client_start(&c, &o);
	token = client_account(&c, "linkedin", account, "secret");
	version = "202609";
}

static int teardown(void **state)
{
	(void)state;
	client_stop(&c);
	return 0;
}

static const char *at(const char *path)
{
	snprintf(url, sizeof(url), "%s%s", client_server(&c, "linkedin"), path);
	return url;
}

static int call(enum http_method m, const char *path, const char *finder, const char *body)
{
	struct http_request *r = http_request_new(m);

	json_free(&c.answer);
	http_response_free(&c.transfer.response);
	http_url(r, "%s", at(path));
	http_header(r, "Authorization", "Bearer %s", token);
	http_header(r, "X-Restli-Protocol-Version", "2.0.0");
	if (version)
		http_header(r, "LinkedIn-Version", "%s", version);
	if (finder)
		http_header(r, "X-RestLi-Method", "%s", finder);
	if (body) {
		http_header(r, "Content-Type", "application/json");
		http_body_raw(r, body, strlen(body));
	}
	if (transport_exchange(c.transport, r, NULL, true, NULL, &c.transfer, NULL) == OK &&
	    json_parse(c.transfer.response->body, c.transfer.response->len, JSON_BYTES_MAX,
		       &c.answer, NULL) != OK)
		c.answer = NULL;
	http_request_free(&r);
	return c.transfer.fate == TRANSFER_ANSWERED ? c.transfer.response->status : 0;
}

static void learn_member(void)
{
	assert_int_equal(call(HTTP_GET, "/v2/userinfo", NULL, NULL), 200);
	snprintf(urn, sizeof(urn), "urn:li:person:%s", json_str(c.answer, "sub"));
}

static int post_content(const char *text, const char *content)
{
	char body[2048];

	snprintf(body, sizeof(body),
		 "{\"author\":\"%s\",\"commentary\":\"%s\",\"visibility\":\"PUBLIC\","
		 "\"distribution\":{\"feedDistribution\":\"MAIN_FEED\"},"
		 "\"lifecycleState\":\"PUBLISHED\"%s%s}",
		 urn, text, content ? ",\"content\":" : "", content ? content : "");
	return call(HTTP_POST, "/rest/posts", NULL, body);
}

static int post(const char *text)
{
	return post_content(text, NULL);
}

static void expect_text(size_t line, const char *text)
{
	struct json *j = client_ledger_line(&c, line);

	assert_string_equal(json_str(j, "text"), text);
	json_free(&j);
}

static void member__post__is_accepted_and_not_listed(void **state)
{
	char path[256], id[64];

	(void)state;
	begin(NULL, 0);
	learn_member();
	assert_int_equal(post("Hello \\\\(all\\\\) #tag"), 201);
	snprintf(id, sizeof(id), "%s", client_header(&c, "x-restli-id"));
	assert_memory_equal(id, "urn:li:share:", 13);
	expect_text(0, "Hello (all) #tag");
	snprintf(path, sizeof(path), "/rest/posts?q=author&author=%s", urn);
	assert_int_equal(call(HTTP_GET, path, "FINDER", NULL), 403);
	snprintf(path, sizeof(path), "/rest/posts/%s", id);
	assert_int_equal(call(HTTP_DELETE, path, "DELETE", NULL), 204);
	assert_int_equal(call(HTTP_DELETE, path, "DELETE", NULL), 204);
}

static void create__unescaped__is_cut_off(void **state)
{
	(void)state;
	begin(NULL, 0);
	learn_member();
	assert_int_equal(post("Before (after"), 201);
	expect_text(0, "Before ");
	assert_int_equal(post("@[Some One](urn:li:person:1) {hashtag|\\\\#|word}"), 201);
	expect_text(1, "Some One #word");
}

static void create__same_body__names_the_first(void **state)
{
	char first[64], path[128];

	(void)state;
	begin(NULL, 0);
	learn_member();
	assert_int_equal(post("twice"), 201);
	snprintf(first, sizeof(first), "%s", client_header(&c, "x-restli-id"));
	assert_int_equal(post("twice"), 422);
	assert_non_null(strstr(json_str(c.answer, "message"), first));
	assert_string_equal(json_str(json_at(c.answer, "errorDetails.inputErrors.0"), "code"),
			    "DUPLICATE_POST");
	/* also after it was deleted */
	snprintf(path, sizeof(path), "/rest/posts/%s", first);
	assert_int_equal(call(HTTP_DELETE, path, "DELETE", NULL), 204);
	assert_int_equal(post("twice"), 422);
	assert_int_equal(client_ledger(&c), 1);
}

static void create__checked__refuses(void **state)
{
	(void)state;
	begin(NULL, 0);
	learn_member();
	version = NULL;
	assert_int_equal(post("x"), 400);
	assert_string_equal(json_str(c.answer, "code"), "VERSION_MISSING");
	version = "202001";
	assert_int_equal(post("x"), 426);
	version = "202609";
	assert_int_equal(post_content("x", "{\"media\":{\"id\":\"urn:li:image:1\"}}"), 400);
	strcpy(urn, "urn:li:person:1");
	assert_int_equal(post("x"), 403);
	token = "nonsense";
	assert_int_equal(post("x"), 401);
	assert_int_equal(json_int(c.answer, "serviceErrorCode", 0), 65600);
	assert_int_equal(client_ledger(&c), 0);
}

static void page__post__is_listed(void **state)
{
	char path[256];

	(void)state;
	begin(NULL, 2);
	assert_int_equal(call(HTTP_GET, "/v2/userinfo", NULL, NULL), 403);
	assert_int_equal(call(HTTP_GET, "/v2/organizationalEntityAcls?q=roleAssignee", NULL, NULL),
			 200);
	snprintf(urn, sizeof(urn), "%s",
		 json_str(json_at(c.answer, "elements.0"), "organizationalTarget"));
	assert_memory_equal(urn, "urn:li:organization:", 20);
	assert_int_equal(post("from the page"), 201);
	snprintf(path, sizeof(path), "/rest/posts?q=author&count=5&author=%s", urn);
	assert_int_equal(call(HTTP_GET, path, NULL, NULL), 400);
	assert_int_equal(call(HTTP_GET, path, "FINDER", NULL), 200);
	assert_int_equal(json_len(json_get(c.answer, "elements")), 1);
	assert_string_equal(json_str(json_at(c.answer, "elements.0"), "commentary"),
			    "from the page");
}

static void image__uploaded__is_in_the_ledger(void **state)
{
	char body[256], content[256], image[64];
	struct json *line;

	(void)state;
	begin(NULL, 0);
	learn_member();
	snprintf(body, sizeof(body), "{\"initializeUploadRequest\":{\"owner\":\"%s\"}}", urn);
	assert_int_equal(call(HTTP_POST, "/rest/images?action=initializeUpload", NULL, body), 200);
	snprintf(image, sizeof(image), "%s", json_str(json_get(c.answer, "value"), "image"));
	snprintf(content, sizeof(content), "{\"media\":{\"id\":\"%s\",\"altText\":\"letters\"}}",
		 image);
	snprintf(body, sizeof(body), "%s", json_str(json_get(c.answer, "value"), "uploadUrl"));
	/* its bytes are not there yet */
	assert_int_equal(post_content("t", content), 400);
	assert_int_equal(client_call(&c, HTTP_PUT, body, token, "abc"), 201);
	assert_int_equal(post_content("t", content), 201);
	line = client_ledger_line(&c, 0);
	assert_string_equal(json_str(json_at(line, "media.0"), "sha256"),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(json_str(json_at(line, "media.0"), "alt"), "letters");
	json_free(&line);
}

static int redeem(const char *code, const char *secret, const char *redirect)
{
	return client_form(&c, HTTP_POST, at("/oauth/v2/accessToken"), NULL,
			   (const char *const[]){"grant_type", "authorization_code", "code", code,
						 "redirect_uri", redirect, "client_id", "app",
						 secret ? "client_secret" : "x",
						 secret ? secret : "x", NULL});
}

static void oauth__code__needs_secret_and_redirect(void **state)
{
	char code[1024], challenge[64];

	(void)state;
	begin(NULL, 0);
	client_challenge("v", challenge, sizeof(challenge));
	client_consent(&c, at("/oauth/v2/authorization"), "https://a.example/cb", challenge, code,
		       sizeof(code));
	assert_string_equal(code, "");
	client_consent(&c, at("/oauth/v2/authorization"), "https://a.example/cb", NULL, code,
		       sizeof(code));
	assert_int_equal(redeem(code, NULL, "https://a.example/cb"), 401);
	assert_int_equal(redeem(code, "s", "https://b.example/cb"), 400);
	assert_int_equal(redeem(code, "s", "https://a.example/cb"), 200);
	assert_int_equal(json_int(c.answer, "expires_in", 0), 60 * 86400);
	assert_null(json_str(c.answer, "refresh_token"));
	snprintf(c.access, sizeof(c.access), "%s", json_str(c.answer, "access_token"));
	token = c.access;
	learn_member();
}

static void faults__its_own__are_in_its_form(void **state)
{
	(void)state;
	begin("linkedin:create=429:9x1,linkedin:create=duplicatex1,"
	      "linkedin:create=error-after:500x1,linkedin:create=expirex1",
	      0);
	learn_member();
	assert_int_equal(post("one"), 429);
	assert_string_equal(client_header(&c, "Retry-After"), "9");
	assert_int_equal(post("one"), 422);
	assert_int_equal(post("one"), 500);
	assert_null(client_header(&c, "x-restli-id"));
	assert_int_equal(client_ledger(&c), 1);
	assert_int_equal(post("two"), 401);
	assert_int_equal(json_int(c.answer, "serviceErrorCode", 0), 65602);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(member__post__is_accepted_and_not_listed, teardown),
		cmocka_unit_test_teardown(create__unescaped__is_cut_off, teardown),
		cmocka_unit_test_teardown(create__same_body__names_the_first, teardown),
		cmocka_unit_test_teardown(create__checked__refuses, teardown),
		cmocka_unit_test_teardown(page__post__is_listed, teardown),
		cmocka_unit_test_teardown(image__uploaded__is_in_the_ledger, teardown),
		cmocka_unit_test_teardown(oauth__code__needs_secret_and_redirect, teardown),
		cmocka_unit_test_teardown(faults__its_own__are_in_its_form, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
