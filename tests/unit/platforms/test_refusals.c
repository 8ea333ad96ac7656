/* tests/unit/platforms/test_refusals.c - every documented error of every platform, at the step where it comes.
 *
 * Each row is a recorded answer. The operation is walked with what goes well (server.h) up to the request that the row
 * names, the answer is handed in there, and what it is taken for must be what the platform's documents say. The tables
 * that hold every code of one platform for its commit-like request stand in that platform's own test; here are the
 * errors of all other steps too, and of the platforms that share their errors (Graph) by themselves. */
#include "server.h"

#define ERROR(name) "{\"error\":\"" name "\",\"message\":\"words of the server\"}"
#define SAID(words) "{\"error\":\"" words "\"}"
#define GRAPH(code, sub) \
	"{\"error\":{\"message\":\"words\",\"type\":\"OAuthException\",\"code\":" code \
	",\"error_subcode\":" sub ",\"fbtrace_id\":\"A\"}}"
#define GRAPH_PASSING(code) \
	"{\"error\":{\"message\":\"words\",\"code\":" code ",\"is_transient\":true}}"
#define PROBLEM(title, detail, type) \
	"{\"title\":\"" title "\",\"detail\":\"" detail "\",\"type\":\"" type "\"}"
#define X_TYPE "https://api.twitter.com/2/problems/"
#define LI(service, code, words) \
	"{\"message\":\"" words "\",\"serviceErrorCode\":" service ",\"code\":\"" code \
	"\",\"status\":0}"
#define GOOGLE(code, status) \
	"{\"error\":{\"code\":" code ",\"message\":\"words\",\"status\":\"" status "\"}}"
#define INFO(reason) \
	"{\"error\":{\"code\":403,\"message\":\"x\",\"status\":\"PERMISSION_DENIED\",\"details\":[{" \
	"\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"" reason "\"}]}}"
#define PIN(code, words) "{\"code\":" code ",\"message\":\"" words "\"}"
#define TG(code, words) "{\"ok\":false,\"error_code\":" code ",\"description\":\"" words "\"}"
#define TG_WAIT(n) \
	"{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests: retry after " n \
	"\",\"parameters\":{\"retry_after\":" n "}}"
#define DC(code, words) "{\"message\":\"" words "\",\"code\":" code "}"
#define SECONDS(n) (NOW + (int64_t)(n)*1000)
#define MINUTES(n) SECONDS((n)*60)
#define DAYS(n) MINUTES((n)*24 * 60)
/* The midnight (UTC) after NOW. */
#define MIDNIGHT INT64_C(1790035200000)
#define NONE ((enum err_class)CLASS_NONE)

struct refusal {
	enum platform_op op;
	enum server_post post;
	const char *step; /* a part of the address of the request that it answers */
	int status;
	const char *headers, *body;
	enum err_class cls; /* NONE: it is no failure, and verdict says what comes */
	enum err code;
	int64_t at;
	enum step_verdict verdict;
};

#define T CLASS_TRANSIENT
#define W CLASS_RATE_LIMITED
#define A CLASS_AUTH
#define P CLASS_PERMANENT
#define U CLASS_UNKNOWN

/* clang-format off */
#define PUB OP_PUBLISH, POST_TEXT
#define PUB_IMAGE OP_PUBLISH, POST_IMAGE
#define PUB_VIDEO OP_PUBLISH, POST_VIDEO
#define OPERATION(op) op, POST_TEXT

static const struct refusal bluesky[] = {
	{PUB, "createRecord", 400, NULL, ERROR("ExpiredToken"), A, E_TOKEN_EXPIRED, 0, 0},
	{PUB, "createRecord", 400, NULL, ERROR("InvalidToken"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "createRecord", 401, NULL, ERROR("AuthMissing"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "createRecord", 401, NULL, ERROR("AuthenticationRequired"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "createRecord", 401, NULL, ERROR("AccountTakedown"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "createRecord", 400, NULL, ERROR("AccountDeactivated"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "createRecord", 400, NULL, ERROR("InvalidRequest"), P, E_REJECTED, 0, 0},
	{PUB, "createRecord", 413, NULL, ERROR("PayloadTooLarge"), P, E_REJECTED, 0, 0},
	{PUB, "createRecord", 501, NULL, ERROR("MethodNotImplemented"), P, E_UNSUPPORTED, 0, 0},
	{PUB, "createRecord", 400, NULL, ERROR("BlobNotFound"), T, E_PLATFORM, 0, 0},
	{PUB, "createRecord", 429, "RateLimit-Limit: 5000\nRateLimit-Remaining: 0\nRateLimit-Reset: 1790000300\nRateLimit-Policy: 5000;w=3600\n", ERROR("RateLimitExceeded"), W, E_RATE_LIMITED, SECONDS(300), 0},
	{PUB, "createRecord", 429, "Retry-After: 42\n", ERROR("RateLimitExceeded"), W, E_RATE_LIMITED, SECONDS(42), 0},
	{PUB, "createRecord", 500, NULL, ERROR("InternalServerError"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "createRecord", 502, NULL, "<html>", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "createRecord", 503, NULL, "", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "createRecord", 504, NULL, "", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "createRecord", 400, NULL, ERROR("NeverHeardOf"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB_IMAGE, "uploadBlob", 400, NULL, ERROR("InvalidMimeType"), P, E_MEDIA, 0, 0},
	{PUB_IMAGE, "uploadBlob", 413, NULL, ERROR("PayloadTooLarge"), P, E_MEDIA, 0, 0},
	{PUB_IMAGE, "uploadBlob", 503, "Retry-After: 9\n", "", T, E_PLATFORM, SECONDS(9), 0},
	{PUB_IMAGE, "uploadBlob", 400, NULL, ERROR("ExpiredToken"), A, E_TOKEN_EXPIRED, 0, 0},
	{PUB_VIDEO, "getServiceAuth", 400, NULL, ERROR("ExpiredToken"), A, E_TOKEN_EXPIRED, 0, 0},
	{PUB_VIDEO, "getJobStatus", 200, NULL, "{\"jobStatus\":{\"jobId\":\"j1\",\"state\":\"JOB_STATE_FAILED\",\"error\":\"bad\"}}", P, E_MEDIA, 0, 0},
	{PUB_VIDEO, "getJobStatus", 502, NULL, "", T, E_PLATFORM, 0, 0},
	{OPERATION(OP_LOGIN), "createSession", 401, NULL, ERROR("AuthenticationRequired"), A, E_LOGIN_FAILED, 0, 0},
	{OPERATION(OP_LOGIN), "createSession", 401, NULL, ERROR("AuthFactorTokenRequired"), A, E_LOGIN_FAILED, 0, 0},
	{OPERATION(OP_LOGIN), "createSession", 401, NULL, ERROR("AccountTakedown"), A, E_LOGIN_FAILED, 0, 0},
	{OPERATION(OP_LOGIN), "createSession", 429, "RateLimit-Reset: 1790000060\n", ERROR("RateLimitExceeded"), W, E_RATE_LIMITED, SECONDS(60), 0},
	{OPERATION(OP_REFRESH), "refreshSession", 400, NULL, ERROR("ExpiredToken"), A, E_TOKEN_EXPIRED, 0, 0},
	{OPERATION(OP_REFRESH), "refreshSession", 503, NULL, "", T, E_PLATFORM, 0, 0},
	{OPERATION(OP_VERIFY), "getSession", 400, NULL, ERROR("InvalidToken"), A, E_TOKEN_REVOKED, 0, 0},
	{OPERATION(OP_SETTLE), "getRecord", 400, NULL, ERROR("RecordNotFound"), NONE, OK, 0, STEP_ABSENT},
	{OPERATION(OP_SETTLE), "getRecord", 500, NULL, ERROR("InternalServerError"), T, E_PLATFORM, 0, 0},
};

static const struct refusal mastodon[] = {
	{PUB, "/statuses", 401, NULL, SAID("The access token is invalid"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "api/v1/statuses", 401, NULL, SAID("The access token was revoked"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "api/v1/statuses", 401, NULL, SAID("The access token expired"), A, E_TOKEN_EXPIRED, 0, 0},
	{PUB, "api/v1/statuses", 403, NULL, SAID("This action is outside the authorized scopes"), A, E_SCOPE_MISSING, 0, 0},
	{PUB, "api/v1/statuses", 403, NULL, SAID("Your login is currently disabled"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "api/v1/statuses", 403, NULL, SAID("Your login is missing a confirmed e-mail address"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "api/v1/statuses", 403, NULL, SAID("Your login is currently pending approval"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "api/v1/statuses", 403, NULL, SAID("This action is not allowed"), P, E_REJECTED, 0, 0},
	{PUB, "api/v1/statuses", 422, NULL, SAID("This method requires an authenticated user"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "api/v1/statuses", 422, NULL, SAID("Validation failed: Text character limit of 500 exceeded"), P, E_REJECTED, 0, 0},
	{PUB, "api/v1/statuses", 422, NULL, SAID("Validation failed: Text can't be blank"), P, E_REJECTED, 0, 0},
	{PUB, "api/v1/statuses", 404, NULL, SAID("Record not found"), P, E_REJECTED, 0, 0},
	{PUB, "api/v1/statuses", 413, NULL, "<html>", P, E_REJECTED, 0, 0},
	{PUB_IMAGE, "api/v1/statuses", 422, NULL, SAID("Cannot attach files that have not finished processing. Try again in a moment!"), T, E_PLATFORM, 0, 0},
	{PUB_IMAGE, "api/v1/statuses", 422, NULL, SAID("The media 7 could not be found"), T, E_PLATFORM, 0, 0},
	{PUB_IMAGE, "api/v1/statuses", 404, NULL, SAID("Media 7 could not be found"), T, E_PLATFORM, 0, 0},
	{PUB, "api/v1/statuses", 429, "X-RateLimit-Limit: 300\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 2026-09-21T14:20:00.123456Z\n", SAID("Too many requests"), W, E_RATE_LIMITED, SECONDS(400) + 123, 0},
	{PUB, "api/v1/statuses", 429, NULL, SAID("Throttled"), W, E_RATE_LIMITED, 0, 0},
	{PUB, "api/v1/statuses", 500, NULL, SAID("x"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "api/v1/statuses", 502, NULL, "<html>", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "api/v1/statuses", 503, "Retry-After: 30\n", SAID("throttled"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "api/v1/statuses", 504, NULL, "", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB_IMAGE, "api/v2/media", 422, NULL, SAID("Validation failed: File content type is invalid"), P, E_MEDIA, 0, 0},
	{PUB_IMAGE, "api/v2/media", 413, NULL, "<html>", P, E_MEDIA, 0, 0},
	{PUB_IMAGE, "api/v2/media", 503, "Retry-After: 30\n", SAID("throttled"), T, E_PLATFORM, SECONDS(30), 0},
	{PUB_IMAGE, "api/v2/media", 401, NULL, SAID("The access token is invalid"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB_IMAGE, "api/v1/media/7", 206, NULL, "{\"id\":\"7\",\"url\":null}", NONE, OK, 0, STEP_WAIT},
	{PUB_IMAGE, "api/v1/media/7", 422, NULL, SAID("Error processing thumbnail for uploaded media"), P, E_MEDIA, 0, 0},
	{OPERATION(OP_CODE), "/oauth/token", 401, NULL, "{\"error\":\"invalid_client\",\"error_description\":\"Client authentication failed\"}", A, E_LOGIN_FAILED, 0, 0},
	{OPERATION(OP_CODE), "/oauth/token", 400, NULL, "{\"error\":\"invalid_grant\",\"error_description\":\"x\"}", A, E_LOGIN_FAILED, 0, 0},
	{OPERATION(OP_VERIFY), "verify_cred", 401, NULL, SAID("The access token is invalid"), A, E_TOKEN_REVOKED, 0, 0},
	{OPERATION(OP_VERIFY), "verify_cred", 403, NULL, SAID("This action is outside the authorized scopes"), A, E_SCOPE_MISSING, 0, 0},
	{OPERATION(OP_REVOKE), "/oauth/revoke", 403, NULL, "{\"error\":\"unauthorized_client\",\"error_description\":\"x\"}", P, E_UNSUPPORTED, 0, 0},
	{OPERATION(OP_TAKEDOWN), "/statuses/113", 404, NULL, SAID("Record not found"), NONE, OK, 0, STEP_DONE},
};

static const struct refusal x[] = {
	{PUB, "/2/tweets", 400, NULL, PROBLEM("Invalid Request", "too long", X_TYPE "invalid-request"), P, E_REJECTED, 0, 0},
	{PUB, "/2/tweets", 401, NULL, PROBLEM("Unauthorized", "Unauthorized", "about:blank"), A, E_TOKEN_EXPIRED, 0, 0},
	{PUB, "/2/tweets", 402, NULL, PROBLEM("CreditsDepleted", "no credits", X_TYPE "credits"), P, E_REJECTED, 0, 0},
	{PUB, "/2/tweets", 403, NULL, PROBLEM("Forbidden", "You are not allowed to create a Tweet with duplicate content.", "about:blank"), P, E_DUPLICATE, 0, 0},
	{PUB, "/2/tweets", 403, NULL, PROBLEM("Client Forbidden", "x", X_TYPE "client-forbidden"), P, E_REJECTED, 0, 0},
	{PUB, "/2/tweets", 403, NULL, PROBLEM("Usage capped", "x", X_TYPE "usage-capped"), P, E_REJECTED, 0, 0},
	{PUB, "/2/tweets", 403, NULL, PROBLEM("Unsupported Authentication", "Authenticating with OAuth 2.0 Application-Only is forbidden: unsupported authentication", X_TYPE "unsupported-authentication"), A, E_SCOPE_MISSING, 0, 0},
	{PUB, "/2/tweets", 403, NULL, PROBLEM("Forbidden", "You are not permitted to perform this action.", "about:blank"), P, E_REJECTED, 0, 0},
	{PUB, "/2/tweets", 403, NULL, PROBLEM("Forbidden", "User is suspended", "about:blank"), P, E_REJECTED, 0, 0},
	{PUB, "/2/tweets", 403, NULL, PROBLEM("Forbidden", "You may use one cashtag", "about:blank"), P, E_REJECTED, 0, 0},
	{PUB, "/2/tweets", 400, NULL, PROBLEM("Invalid Request", "Your media IDs are invalid.", X_TYPE "invalid-request"), P, E_REJECTED, 0, 0},
	{PUB, "/2/tweets", 429, "x-rate-limit-limit: 100\nx-rate-limit-remaining: 0\nx-rate-limit-reset: 1790000900\n", PROBLEM("Too Many Requests", "x", "about:blank"), W, E_RATE_LIMITED, SECONDS(900), 0},
	{PUB, "/2/tweets", 429, "x-rate-limit-limit: 100\nx-rate-limit-remaining: 0\nx-rate-limit-reset: 1790000900\n", "{\"errors\":[{\"code\":88,\"message\":\"Rate limit exceeded\"}]}", W, E_RATE_LIMITED, SECONDS(900), 0},
	{PUB, "/2/tweets", 429, "x-rate-limit-remaining: 90\nx-app-limit-24hour-remaining: 0\nx-app-limit-24hour-reset: 1790050000\n", PROBLEM("Too Many Requests", "x", "about:blank"), W, E_RATE_LIMITED, SECONDS(50000), 0},
	{PUB, "/2/tweets", 500, NULL, PROBLEM("Internal", "x", "about:blank"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "/2/tweets", 502, NULL, "", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "/2/tweets", 503, NULL, PROBLEM("Service Unavailable", "x", "about:blank"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "/2/tweets", 504, NULL, "", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB_IMAGE, "/media/upload", 400, NULL, PROBLEM("Invalid Request", "x", X_TYPE "invalid-request"), P, E_MEDIA, 0, 0},
	{PUB_IMAGE, "/media/upload", 401, NULL, PROBLEM("Unauthorized", "x", "about:blank"), A, E_TOKEN_EXPIRED, 0, 0},
	{PUB_IMAGE, "/media/upload", 402, NULL, PROBLEM("CreditsDepleted", "x", "about:blank"), P, E_REJECTED, 0, 0},
	{PUB_IMAGE, "/media/upload", 403, NULL, PROBLEM("Client Forbidden", "x", X_TYPE "client-forbidden"), P, E_REJECTED, 0, 0},
	{PUB_IMAGE, "/media/upload", 503, NULL, "", T, E_PLATFORM, 0, 0},
	{PUB_IMAGE, "/media/upload", 429, "x-rate-limit-reset: 1790000900\n", PROBLEM("Too Many Requests", "x", "about:blank"), W, E_RATE_LIMITED, SECONDS(900), 0},
	{PUB_IMAGE, "/media/metadata", 503, NULL, "", T, E_PLATFORM, 0, 0},
	{PUB_VIDEO, "command=STATUS", 200, NULL, "{\"data\":{\"processing_info\":{\"state\":\"failed\",\"error\":{\"message\":\"too long\"}}}}", P, E_MEDIA, 0, 0},
	{PUB_VIDEO, "command=STATUS", 200, NULL, "{\"data\":{\"processing_info\":{\"state\":\"in_progress\",\"check_after_secs\":5}}}", NONE, OK, 0, STEP_WAIT},
	{OPERATION(OP_REFRESH), "/oauth2/token", 400, NULL, "{\"error\":\"invalid_request\",\"error_description\":\"Value passed for the token was invalid.\"}", A, E_TOKEN_REVOKED, 0, 0},
	{OPERATION(OP_REFRESH), "/oauth2/token", 503, NULL, "", T, E_PLATFORM, 0, 0},
	{OPERATION(OP_VERIFY), "/users/me", 402, NULL, PROBLEM("CreditsDepleted", "x", "about:blank"), P, E_PLATFORM, 0, 0},
	{OPERATION(OP_SETTLE), "/users/", 503, NULL, "", T, E_PLATFORM, 0, 0},
};

static const struct refusal linkedin[] = {
	{PUB, "/rest/posts", 401, NULL, LI("65600", "INVALID_ACCESS_TOKEN", "Invalid access token"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "/rest/posts", 401, NULL, LI("65601", "REVOKED_ACCESS_TOKEN", "The token has been revoked"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "/rest/posts", 401, NULL, LI("65602", "EXPIRED_ACCESS_TOKEN", "The token has expired"), A, E_TOKEN_EXPIRED, 0, 0},
	{PUB, "/rest/posts", 403, NULL, LI("100", "ACCESS_DENIED", "Not enough permissions to access: posts.CREATE"), A, E_SCOPE_MISSING, 0, 0},
	{PUB, "/rest/posts", 400, NULL, LI("0", "FIELD_LENGTH_TOO_LONG", "too long"), P, E_REJECTED, 0, 0},
	{PUB, "/rest/posts", 400, NULL, LI("0", "VERSION_MISSING", "A version must be present"), P, E_CONFIG, 0, 0},
	{PUB, "/rest/posts", 426, NULL, LI("0", "NONEXISTENT_VERSION", "Requested version is not active"), P, E_CONFIG, 0, 0},
	{PUB, "/rest/posts", 404, NULL, LI("0", "NOT_FOUND", "x"), P, E_REJECTED, 0, 0},
	{PUB, "/rest/posts", 422, NULL, LI("0", "UNPROCESSABLE", "x"), P, E_REJECTED, 0, 0},
	{PUB, "/rest/posts", 422, NULL, "{\"message\":\"Content is a duplicate of urn:li:share:700\",\"status\":422,\"errorDetails\":{\"inputErrors\":[{\"code\":\"DUPLICATE_POST\"}]}}", P, E_DUPLICATE, 0, 0},
	{PUB, "/rest/posts", 429, NULL, LI("101", "TOO_MANY_REQUESTS", "Resource level throttle MEMBER limit"), W, E_RATE_LIMITED, MIDNIGHT, 0},
	{PUB, "/rest/posts", 429, "Retry-After: 60\n", LI("101", "TOO_MANY_REQUESTS", "throttle"), W, E_RATE_LIMITED, SECONDS(60), 0},
	{PUB, "/rest/posts", 409, NULL, LI("0", "CONFLICT", "x"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "/rest/posts", 500, NULL, LI("0", "INTERNAL", "x"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "/rest/posts", 502, NULL, "", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "/rest/posts", 503, NULL, "", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "/rest/posts", 504, NULL, "", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB_IMAGE, "/rest/images?", 426, NULL, LI("0", "NONEXISTENT_VERSION", "x"), P, E_CONFIG, 0, 0},
	{PUB_IMAGE, "/rest/images?", 403, NULL, LI("100", "ACCESS_DENIED", "x"), A, E_SCOPE_MISSING, 0, 0},
	{PUB_IMAGE, "/rest/images?", 409, NULL, LI("0", "CONFLICT", "x"), T, E_PLATFORM, 0, 0},
	{PUB_IMAGE, "/rest/images?", 503, NULL, "", T, E_PLATFORM, 0, 0},
	{PUB_IMAGE, "dms-uploads", 503, NULL, "", T, E_PLATFORM, 0, 0},
	{PUB_VIDEO, "/rest/videos/", 200, NULL, "{\"status\":\"PROCESSING_FAILED\"}", P, E_MEDIA, 0, 0},
	{PUB_VIDEO, "/rest/videos/", 200, NULL, "{\"status\":\"PROCESSING\"}", NONE, OK, 0, STEP_WAIT},
	{OPERATION(OP_VERIFY), "Acls?", 401, NULL, LI("65602", "EXPIRED_ACCESS_TOKEN", "x"), A, E_TOKEN_EXPIRED, 0, 0},
	{OPERATION(OP_VERIFY), "Acls?", 503, NULL, "", T, E_PLATFORM, 0, 0},
	{OPERATION(OP_REFRESH), "/accessToken", 400, NULL, "{\"error\":\"invalid_grant\",\"error_description\":\"expired\"}", A, E_TOKEN_REVOKED, 0, 0},
	{OPERATION(OP_TAKEDOWN), "/rest/posts", 426, NULL, LI("0", "NONEXISTENT_VERSION", "x"), P, E_CONFIG, 0, 0},
};

#define GRAPH_COMMON(op, step) \
	{op, step, 400, NULL, GRAPH("1", "0"), U, E_UNKNOWN_OUTCOME, 0, 0}, \
	{op, step, 400, NULL, GRAPH("2", "0"), U, E_UNKNOWN_OUTCOME, 0, 0}, \
	{op, step, 400, NULL, GRAPH_PASSING("100"), U, E_UNKNOWN_OUTCOME, 0, 0}, \
	{op, step, 400, NULL, GRAPH("4", "0"), W, E_RATE_LIMITED, 0, 0}, \
	{op, step, 403, "X-Business-Use-Case-Usage: {\"1\":[{\"call_count\":100,\"estimated_time_to_regain_access\":7}]}\n", GRAPH("17", "0"), W, E_RATE_LIMITED, MINUTES(7), 0}, \
	{op, step, 400, NULL, GRAPH("102", "0"), A, E_TOKEN_EXPIRED, 0, 0}, \
	{op, step, 400, NULL, GRAPH("190", "463"), A, E_TOKEN_EXPIRED, 0, 0}, \
	{op, step, 401, NULL, GRAPH("190", "460"), A, E_TOKEN_REVOKED, 0, 0}, \
	{op, step, 403, NULL, GRAPH("10", "0"), A, E_SCOPE_MISSING, 0, 0}, \
	{op, step, 403, NULL, GRAPH("200", "0"), A, E_SCOPE_MISSING, 0, 0}, \
	{op, step, 400, NULL, GRAPH("100", "0"), P, E_REJECTED, 0, 0}, \
	{op, step, 400, NULL, GRAPH("2635", "0"), P, E_CONFIG, 0, 0}, \
	{op, step, 400, NULL, GRAPH("987654", "0"), U, E_UNKNOWN_OUTCOME, 0, 0}, \
	{op, step, 500, NULL, GRAPH("190", "463"), U, E_UNKNOWN_OUTCOME, 0, 0}, \
	{op, step, 503, NULL, "", U, E_UNKNOWN_OUTCOME, 0, 0}

static const struct refusal facebook[] = {
	GRAPH_COMMON(PUB, "/feed"),
	{PUB, "/feed", 400, NULL, GRAPH("2", "1363047"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("32", "0"), W, E_RATE_LIMITED, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("341", "0"), W, E_RATE_LIMITED, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("613", "0"), W, E_RATE_LIMITED, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("80001", "0"), W, E_RATE_LIMITED, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("190", "458"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("190", "459"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("190", "464"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("190", "467"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("190", "492"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("3", "0"), A, E_SCOPE_MISSING, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("368", "0"), P, E_REJECTED, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("368", "1390008"), W, E_RATE_LIMITED, DAYS(1), 0},
	{PUB, "/feed", 400, NULL, GRAPH("368", "4854002"), P, E_REJECTED, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("368", "1404082"), P, E_REJECTED, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("368", "1404112"), P, E_REJECTED, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("506", "0"), P, E_DUPLICATE, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("100", "1366051"), P, E_DUPLICATE, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("100", "1609005"), P, E_REJECTED, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("100", "1609008"), P, E_REJECTED, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("100", "1346003"), P, E_REJECTED, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("100", "1404102"), P, E_REJECTED, 0, 0},
	{PUB, "/feed", 400, NULL, GRAPH("200", "1404078"), P, E_REJECTED, 0, 0},
	{PUB_IMAGE, "/photos", 400, NULL, GRAPH("100", "1366046"), P, E_MEDIA, 0, 0},
	{PUB_IMAGE, "/photos", 400, NULL, GRAPH("100", "2069019"), P, E_MEDIA, 0, 0},
	{PUB_IMAGE, "/photos", 400, NULL, GRAPH("1", "0"), T, E_PLATFORM, 0, 0},
	{PUB_IMAGE, "/photos", 400, NULL, GRAPH("100", "1609010"), T, E_PLATFORM, 0, 0},
	{PUB_IMAGE, "/photos", 400, NULL, GRAPH("190", "463"), A, E_TOKEN_EXPIRED, 0, 0},
	{PUB_VIDEO, "/videos", 400, NULL, GRAPH("32", "0"), W, E_RATE_LIMITED, 0, 0},
	{OPERATION(OP_VERIFY), "debug_token", 400, NULL, GRAPH("190", "463"), A, E_TOKEN_EXPIRED, 0, 0},
	{OPERATION(OP_REFRESH), "access_token", 400, NULL, GRAPH("190", "460"), A, E_TOKEN_REVOKED, 0, 0},
	{OPERATION(OP_SETTLE), "/published_posts", 400, NULL, GRAPH("4", "0"), W, E_RATE_LIMITED, 0, 0},
};

static const struct refusal instagram[] = {
	GRAPH_COMMON(PUB_IMAGE, "/media_publish"),
	{PUB_IMAGE, "/media_publish", 400, NULL, GRAPH("80002", "0"), W, E_RATE_LIMITED, 0, 0},
	{PUB_IMAGE, "/media_publish", 400, NULL, GRAPH("9", "2207042"), W, E_RATE_LIMITED, DAYS(1), 0},
	{PUB_IMAGE, "/media_publish", 400, NULL, GRAPH("4", "2207051"), P, E_REJECTED, 0, 0},
	{PUB_IMAGE, "/media_publish", 400, NULL, GRAPH("25", "2207050"), P, E_REJECTED, 0, 0},
	{PUB_IMAGE, "/media_publish", 400, NULL, GRAPH("-1", "2207001"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB_IMAGE, "/media_publish", 400, NULL, GRAPH("24", "2207008"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB_IMAGE, "/media_publish", 400, NULL, GRAPH("24", "2207006"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB_IMAGE, "/media_publish", 400, NULL, GRAPH("9007", "2207027"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB_IMAGE, "/17841/media", 400, NULL, GRAPH("-1", "2207001"), T, E_PLATFORM, 0, 0},
	{PUB_IMAGE, "/17841/media", 400, NULL, GRAPH("-2", "2207003"), T, E_PLATFORM, 0, 0},
	{PUB_IMAGE, "/17841/media", 400, NULL, GRAPH("-2", "2207020"), T, E_PLATFORM, 0, 0},
	{PUB_IMAGE, "/17841/media", 400, NULL, GRAPH("-1", "2207032"), T, E_PLATFORM, 0, 0},
	{PUB_IMAGE, "/17841/media", 400, NULL, GRAPH("24", "2207008"), T, E_PLATFORM, 0, 0},
	{PUB_VIDEO, "/17841/media", 400, NULL, GRAPH("-1", "2207053"), T, E_PLATFORM, 0, 0},
	{PUB_IMAGE, "/17841/media", 400, NULL, GRAPH("36000", "2207004"), P, E_MEDIA, 0, 0},
	{PUB_IMAGE, "/17841/media", 400, NULL, GRAPH("36001", "2207005"), P, E_MEDIA, 0, 0},
	{PUB_IMAGE, "/17841/media", 400, NULL, GRAPH("352", "2207026"), P, E_MEDIA, 0, 0},
	{PUB_IMAGE, "/17841/media", 400, NULL, GRAPH("36003", "2207009"), P, E_MEDIA, 0, 0},
	{PUB_IMAGE, "/17841/media", 400, NULL, GRAPH("36004", "2207010"), P, E_TOO_LONG, 0, 0},
	{PUB_IMAGE, "/17841/media", 400, NULL, GRAPH("9004", "2207052"), P, E_MEDIA, 0, 0},
	{PUB_VIDEO, "/17841/media", 400, NULL, GRAPH("1", "2207057"), P, E_REJECTED, 0, 0},
	{PUB_VIDEO, "/17841/media", 400, NULL, GRAPH("100", "2207081"), P, E_REJECTED, 0, 0},
	{PUB_VIDEO, "/17841/media", 400, NULL, GRAPH("-1", "2207077"), P, E_MEDIA, 0, 0},
	{PUB_IMAGE, "/17841/media", 503, NULL, "", T, E_PLATFORM, 0, 0},
	{PUB_IMAGE, "status_code", 200, NULL, "{\"status_code\":\"IN_PROGRESS\"}", NONE, OK, 0, STEP_WAIT},
	{PUB_IMAGE, "status_code", 200, NULL, "{\"status_code\":\"ERROR\",\"status\":\"Error: 2207026\"}", P, E_MEDIA, 0, 0},
	{PUB_IMAGE, "status_code", 400, NULL, GRAPH("190", "463"), A, E_TOKEN_EXPIRED, 0, 0},
	{OPERATION(OP_VERIFY), "/me?", 400, NULL, GRAPH("190", "463"), A, E_TOKEN_EXPIRED, 0, 0},
	{OPERATION(OP_CODE), "access_token", 400, NULL, "{\"error_type\":\"OAuthException\",\"code\":400,\"error_message\":\"Matching code was not found or was already used\"}", A, E_LOGIN_FAILED, 0, 0},
	{OPERATION(OP_REFRESH), "access_token", 400, NULL, GRAPH("190", "463"), A, E_TOKEN_EXPIRED, 0, 0},
};

static const struct refusal threads[] = {
	GRAPH_COMMON(PUB, "/threads_publish"),
	{PUB, "/threads_publish", 400, NULL, GRAPH("32", "0"), W, E_RATE_LIMITED, 0, 0},
	{PUB, "/threads_publish", 400, NULL, GRAPH("613", "0"), W, E_RATE_LIMITED, 0, 0},
	{PUB, "/threads_publish", 400, NULL, GRAPH("4", "2207051"), P, E_REJECTED, 0, 0},
	{PUB, "/threads_publish", 400, NULL, GRAPH("10", "4279013"), P, E_REJECTED, 0, 0},
	{PUB, "/314/threads", 400, NULL, "{\"error\":{\"message\":\"Param text must be at most 500 characters long.\",\"code\":100}}", P, E_TOO_LONG, 0, 0},
	{PUB, "/314/threads", 400, NULL, GRAPH("1", "0"), T, E_PLATFORM, 0, 0},
	{PUB, "/314/threads", 400, NULL, GRAPH("2", "0"), T, E_PLATFORM, 0, 0},
	{PUB, "/314/threads", 400, NULL, GRAPH_PASSING("100"), T, E_PLATFORM, 0, 0},
	{PUB, "/314/threads", 400, NULL, GRAPH("190", "458"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB_VIDEO, "fields=status", 200, NULL, "{\"status\":\"ERROR\",\"error_message\":\"FAILED_DOWNLOADING_VIDEO\"}", P, E_MEDIA, 0, 0},
	{PUB_VIDEO, "fields=status", 200, NULL, "{\"status\":\"ERROR\",\"error_message\":\"UNKNOWN\"}", T, E_PLATFORM, 0, 0},
	{PUB_VIDEO, "fields=status", 200, NULL, "{\"status\":\"IN_PROGRESS\"}", NONE, OK, 0, STEP_WAIT},
	{OPERATION(OP_VERIFY), "/me?", 400, NULL, GRAPH("190", "463"), A, E_TOKEN_EXPIRED, 0, 0},
	{OPERATION(OP_REFRESH), "access_token", 400, NULL, GRAPH("190", "463"), A, E_TOKEN_EXPIRED, 0, 0},
};

static const struct refusal google_business[] = {
	{PUB, "localPosts", 400, NULL, GOOGLE("400", "INVALID_ARGUMENT"), P, E_REJECTED, 0, 0},
	{PUB, "localPosts", 400, NULL, GOOGLE("400", "FAILED_PRECONDITION"), P, E_REJECTED, 0, 0},
	{PUB, "localPosts", 401, NULL, GOOGLE("401", "UNAUTHENTICATED"), A, E_TOKEN_EXPIRED, 0, 0},
	{PUB, "localPosts", 403, NULL, GOOGLE("403", "PERMISSION_DENIED"), P, E_REJECTED, 0, 0},
	{PUB, "localPosts", 403, NULL, INFO("SERVICE_DISABLED"), P, E_REJECTED, 0, 0},
	{PUB, "localPosts", 403, NULL, INFO("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), A, E_SCOPE_MISSING, 0, 0},
	{PUB, "localPosts", 404, NULL, GOOGLE("404", "NOT_FOUND"), P, E_NOT_FOUND, 0, 0},
	{PUB, "localPosts", 404, NULL, "<html>", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "localPosts", 409, NULL, GOOGLE("409", "ALREADY_EXISTS"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "localPosts", 409, NULL, GOOGLE("409", "ABORTED"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "localPosts", 429, NULL, GOOGLE("429", "RESOURCE_EXHAUSTED"), W, E_RATE_LIMITED, 0, 0},
	{PUB, "localPosts", 429, "Retry-After: 60\n", GOOGLE("429", "RESOURCE_EXHAUSTED"), W, E_RATE_LIMITED, SECONDS(60), 0},
	{PUB, "localPosts", 429, NULL, "{\"error\":{\"code\":429,\"message\":\"x\",\"status\":\"RESOURCE_EXHAUSTED\",\"details\":[{\"metadata\":{\"quota_limit_value\":\"0\"}}]}}", P, E_REJECTED, 0, 0},
	{PUB, "localPosts", 500, NULL, GOOGLE("500", "INTERNAL"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "localPosts", 502, NULL, "<html>", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "localPosts", 503, NULL, GOOGLE("503", "UNAVAILABLE"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "localPosts", 504, NULL, GOOGLE("504", "DEADLINE_EXCEEDED"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "localPosts", 200, NULL, "{\"name\":\"" WHERE_POSTS "/33\",\"state\":\"REJECTED\"}", P, E_REJECTED, 0, 0},
	{PUB, "localPosts", 200, NULL, "{}", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "localPosts/33", 200, NULL, "{\"name\":\"" WHERE_POSTS "/33\",\"state\":\"REJECTED\"}", P, E_REJECTED, 0, 0},
	{OPERATION(OP_REFRESH), "/token", 400, NULL, "{\"error\":\"invalid_grant\",\"error_description\":\"Token has been expired or revoked.\"}", A, E_TOKEN_REVOKED, 0, 0},
	{OPERATION(OP_REFRESH), "/token", 503, NULL, "", T, E_PLATFORM, 0, 0},
	{OPERATION(OP_CODE), "/token", 401, NULL, "{\"error\":\"invalid_client\"}", A, E_LOGIN_FAILED, 0, 0},
	{OPERATION(OP_CODE), "/token", 400, NULL, "{\"error\":\"redirect_uri_mismatch\"}", A, E_LOGIN_FAILED, 0, 0},
	{OPERATION(OP_CODE), "/token", 401, NULL, "{\"error\":\"unauthorized_client\"}", A, E_LOGIN_FAILED, 0, 0},
	{OPERATION(OP_LOGIN), "tokeninfo", 400, NULL, "{\"error\":\"invalid_token\",\"error_description\":\"Invalid Value\"}", A, E_LOGIN_FAILED, 0, 0},
	{OPERATION(OP_VERIFY), "/v1/locations/2", 401, NULL, GOOGLE("401", "UNAUTHENTICATED"), A, E_TOKEN_EXPIRED, 0, 0},
	{OPERATION(OP_VERIFY), "/v1/locations/2", 404, NULL, GOOGLE("404", "NOT_FOUND"), P, E_NOT_FOUND, 0, 0},
	{OPERATION(OP_VERIFY), "localPosts?", 429, NULL, GOOGLE("429", "RESOURCE_EXHAUSTED"), W, E_RATE_LIMITED, 0, 0},
	{OPERATION(OP_TAKEDOWN), "localPosts/33", 404, NULL, GOOGLE("404", "NOT_FOUND"), NONE, OK, 0, STEP_DONE},
};

static const struct refusal pinterest[] = {
	{PUB_IMAGE, "/pins", 400, NULL, PIN("1", "Invalid URL"), P, E_REJECTED, 0, 0},
	{PUB_IMAGE, "/pins", 401, NULL, PIN("2", "Authentication failed."), A, E_TOKEN_EXPIRED, 0, 0},
	{PUB_IMAGE, "/pins", 403, NULL, PIN("29", "Not permitted"), A, E_SCOPE_MISSING, 0, 0},
	{PUB_IMAGE, "/pins", 404, NULL, PIN("40", "Board not found."), P, E_REJECTED, 0, 0},
	{PUB_IMAGE, "/pins", 409, NULL, PIN("9", "Conflict"), P, E_REJECTED, 0, 0},
	{PUB_IMAGE, "/pins", 429, "X-RateLimit-Limit: 1000, 1000;w=86400\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 67150\n", PIN("8", "You have exceeded your rate limit."), W, E_RATE_LIMITED, SECONDS(67150), 0},
	{PUB_IMAGE, "/pins", 429, NULL, "{\"code\":8,\"message\":\"x\",\"message_detail\":\"blocked as spam\"}", P, E_REJECTED, 0, 0},
	{PUB_IMAGE, "/pins", 429, NULL, PIN("9", "This looks like Spam"), P, E_REJECTED, 0, 0},
	{PUB_IMAGE, "/pins", 500, NULL, PIN("0", "x"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB_IMAGE, "/pins", 502, NULL, "", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB_IMAGE, "/pins", 503, NULL, "", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB_IMAGE, "/pins", 504, NULL, "", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB_VIDEO, "/v5/media", 401, NULL, PIN("2", "Authentication failed."), A, E_TOKEN_EXPIRED, 0, 0},
	{PUB_VIDEO, "/v5/media", 503, NULL, "", T, E_PLATFORM, 0, 0},
	{PUB_VIDEO, "s3.example", 503, NULL, "<Error/>", T, E_PLATFORM, 0, 0},
	{PUB_VIDEO, "/media/52", 200, NULL, "{\"status\":\"failed\"}", P, E_MEDIA, 0, 0},
	{PUB_VIDEO, "/media/52", 200, NULL, "{\"status\":\"processing\"}", NONE, OK, 0, STEP_WAIT},
	{OPERATION(OP_VERIFY), "/user_account", 401, NULL, PIN("2", "Authentication failed."), A, E_TOKEN_EXPIRED, 0, 0},
	{OPERATION(OP_SETTLE), "/pins?", 503, NULL, "", T, E_PLATFORM, 0, 0},
};

static const struct refusal telegram[] = {
	{PUB, "/sendMessage", 401, NULL, TG("401", "Unauthorized"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "/sendMessage", 403, NULL, TG("403", "Forbidden: bot was kicked from the channel chat"), A, E_SCOPE_MISSING, 0, 0},
	{PUB, "/sendMessage", 400, NULL, TG("400", "Bad Request: not enough rights to send text messages"), A, E_SCOPE_MISSING, 0, 0},
	{PUB, "/sendMessage", 400, NULL, TG("400", "Bad Request: chat not found"), P, E_REJECTED, 0, 0},
	{PUB, "/sendMessage", 400, NULL, TG("400", "Bad Request: message is too long"), P, E_REJECTED, 0, 0},
	{PUB, "/sendMessage", 400, NULL, TG("400", "Bad Request: can't parse entities: x"), P, E_REJECTED, 0, 0},
	{PUB, "/sendMessage", 400, NULL, "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: group chat was upgraded to a supergroup chat\",\"parameters\":{\"migrate_to_chat_id\":-100555}}", P, E_REJECTED, 0, 0},
	{PUB, "/sendMessage", 429, NULL, TG_WAIT("35"), W, E_RATE_LIMITED, SECONDS(35), 0},
	{PUB, "/sendMessage", 500, NULL, TG("500", "Internal Server Error"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "/sendMessage", 502, NULL, "<html>", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "/sendMessage", 504, NULL, "", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB_IMAGE, "/sendPhoto", 413, NULL, TG("413", "Request Entity Too Large"), P, E_MEDIA, 0, 0},
	{PUB_IMAGE, "/sendPhoto", 500, NULL, "", U, E_UNKNOWN_OUTCOME, 0, 0},
	{OPERATION(OP_VERIFY), "/getMe", 401, NULL, TG("401", "Unauthorized"), A, E_TOKEN_REVOKED, 0, 0},
	{OPERATION(OP_VERIFY), "/getMe", 502, NULL, "", T, E_PLATFORM, 0, 0},
	{OPERATION(OP_VERIFY), "/getChatMember", 403, NULL, TG("403", "Forbidden: bot is not a member of the channel chat"), A, E_SCOPE_MISSING, 0, 0},
	{OPERATION(OP_TAKEDOWN), "/deleteMessage", 429, NULL, TG_WAIT("5"), W, E_RATE_LIMITED, SECONDS(5), 0},
};

static const struct refusal discord[] = {
	{PUB, "wait=true", 400, NULL, DC("50035", "Invalid Form Body"), P, E_REJECTED, 0, 0},
	{PUB, "wait=true", 400, NULL, DC("50006", "Cannot send an empty message"), P, E_REJECTED, 0, 0},
	{PUB, "wait=true", 404, NULL, DC("10015", "Unknown Webhook"), P, E_TOKEN_REVOKED, 0, 0},
	{PUB, "wait=true", 401, NULL, DC("50027", "Invalid Webhook Token"), A, E_TOKEN_REVOKED, 0, 0},
	{PUB, "wait=true", 429, "Retry-After: 65\nX-RateLimit-Global: true\n", "{\"message\":\"You are being rate limited.\",\"retry_after\":64.57,\"global\":true}", W, E_RATE_LIMITED, SECONDS(65), 0},
	{PUB, "wait=true", 429, "X-RateLimit-Limit: 5\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset-After: 2.5\n", "{\"message\":\"x\",\"retry_after\":2.499,\"global\":false}", W, E_RATE_LIMITED, NOW + 2500, 0},
	{PUB, "wait=true", 500, NULL, DC("0", "500: Internal Server Error"), U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "wait=true", 502, NULL, "", U, E_UNKNOWN_OUTCOME, 0, 0},
	{PUB, "wait=true", 204, NULL, "", U, E_UNKNOWN_OUTCOME, 0, 0},
	{OPERATION(OP_VERIFY), "/webhooks/", 404, NULL, DC("10015", "Unknown Webhook"), A, E_TOKEN_REVOKED, 0, 0},
	{OPERATION(OP_VERIFY), "/webhooks/", 401, NULL, DC("50027", "Invalid Webhook Token"), A, E_TOKEN_REVOKED, 0, 0},
	{OPERATION(OP_VERIFY), "/webhooks/", 503, NULL, "", T, E_PLATFORM, 0, 0},
	{OPERATION(OP_TAKEDOWN), "/messages/700", 404, NULL, DC("10008", "Unknown Message"), NONE, OK, 0, STEP_DONE},
};
/* clang-format on */

/* The operation up to the row's step, and the row's answer there. */
static void walk_to(struct rig *r, const struct refusal *row)
{
	rig_start(r);
	for (int step = 0; step < 30; step++) {
		if (r->out.verdict == STEP_WAIT) {
			r->in.now_ms = r->out.at;
			rig_start(r);
			continue;
		}
		assert_int_equal(r->out.verdict, STEP_SEND);
		if (strstr(rig_url(r), row->step) != NULL) {
			rig_answer(r, http_response_make(row->status, row->headers, row->body));
			return;
		}
		rig_answer(r, server_good(r));
	}
	fail_msg("no request for %s", row->step);
}

static void check(const char *platform, const struct refusal *rows, size_t n)
{
	int wrong = 0;

	for (size_t i = 0; i < n; i++) {
		const struct refusal *row = &rows[i];
		char key[PLATFORM_KEY_SIZE];
		struct rig r;
		bool right;

		server_begin(&r, platform_find(platform), row->op, row->post, key);
		walk_to(&r, row);
		if (row->cls == NONE)
			right = r.out.verdict == row->verdict;
		else
			right = r.out.verdict == STEP_FAILED && r.out.error_class == row->cls &&
				r.out.error.code == row->code && r.out.at == row->at &&
				r.out.error.text[0] != '\0';
		if (!right)
			print_error("%s, operation %d, %s, HTTP %d %s: verdict %d, %s %s at %+lld: "
				    "%s\n",
				    platform, row->op, row->step, row->status, row->body,
				    r.out.verdict, err_class_name(r.out.error_class),
				    err_name(r.out.error.code), (long long)(r.out.at - NOW),
				    r.out.error.text);
		wrong += !right;
		rig_free(&r);
	}
	assert_int_equal(wrong, 0);
}

/* Addresses and versions of the configuration */

/* What a platform's version does to a request: a part of its address, or a header. */
static const struct {
	const char *platform, *version, *url, *header, *other_form;
	enum server_post post;
} versions[] = {
	{"x", "3", "https://api.x.com/3/tweets", NULL, NULL, POST_TEXT},
	{"linkedin", "202701", NULL, "LinkedIn-Version", NULL, POST_TEXT},
	{"facebook", "v27.0", "https://graph.facebook.com/v27.0/111/feed", NULL, "27.0", POST_TEXT},
	{"instagram", "v27.0", "https://graph.instagram.com/v27.0/17841/media", NULL, "27.0",
	 POST_IMAGE},
	{"threads", "v2.0", "https://graph.threads.net/v2.0/314/threads", NULL, "2.0", POST_TEXT},
	{"google_business", "v5", "https://mybusiness.googleapis.com/v5/" WHERE_POSTS, NULL, "5",
	 POST_TEXT},
	{"pinterest", "v6", "https://api.pinterest.com/v6/pins", NULL, "6", POST_IMAGE},
	{"discord", "11", "https://discord.com/api/v11/webhooks/223704706495545344/", NULL, "v11",
	 POST_TEXT},
};

static void check_version(size_t i, const char *version)
{
	char key[PLATFORM_KEY_SIZE];
	struct rig r;

	server_begin(&r, platform_find(versions[i].platform), OP_PUBLISH, versions[i].post, key);
	r.in.api_version = version;
	rig_start(&r);
	if (versions[i].url != NULL)
		assert_int_equal(strncmp(rig_url(&r), versions[i].url, strlen(versions[i].url)), 0);
	else
		assert_string_equal(rig_header(&r, versions[i].header), version);
	rig_free(&r);
}

static void version__configured__goes_into_the_request(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(versions); i++) {
		check_version(i, versions[i].version);
		if (versions[i].other_form != NULL)
			check_version(i, versions[i].other_form);
	}
}

/* An empty version is none: the address is the one that goes without. */
static void version__empty__is_the_platforms_own(void **state)
{
	(void)state;
	for (size_t i = 0; platforms[i] != NULL; i++) {
		char key[2][PLATFORM_KEY_SIZE];
		struct rig r, plain;

		server_begin(&plain, platforms[i], OP_PUBLISH, POST_IMAGE, key[0]);
		server_begin(&r, platforms[i], OP_PUBLISH, POST_IMAGE, key[1]);
		r.in.api_version = "";
		r.in.api_base = "";
		rig_start(&plain);
		rig_start(&r);
		assert_string_equal(rig_url(&r), rig_url(&plain));
		assert_string_equal(rig_header(&r, "LinkedIn-Version"),
				    rig_header(&plain, "LinkedIn-Version"));
		rig_free(&r);
		rig_free(&plain);
	}
}

/* What each platform says of a version that is gone, where its documents tell. */
static const struct {
	const char *platform, *version, *body;
	int status;
	enum server_post post;
} retired[] = {
	{"linkedin", "202401", LI("0", "NONEXISTENT_VERSION", "Requested version is not active"),
	 426, POST_TEXT},
	{"linkedin", "202401", LI("0", "VERSION_MISSING", "A version must be present"), 400,
	 POST_TEXT},
	{"facebook", "v9.0", GRAPH("2635", "0"), 400, POST_TEXT},
	{"instagram", "v9.0", GRAPH("2635", "0"), 400, POST_IMAGE},
	{"threads", "v9.0",
	 "{\"error\":{\"message\":\"You are calling a deprecated version of the API\",\"code\":12}}",
	 400, POST_TEXT},
	{"google_business", "v9", "{\"error\":{\"code\":404,\"message\":\"Method not found.\"}}",
	 404, POST_TEXT},
	{"discord", "4", DC("50041", "Invalid API version provided"), 400, POST_TEXT},
};

static void version__retired__is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(retired); i++) {
		char key[PLATFORM_KEY_SIZE], setting[80];
		struct rig r;

		server_begin(&r, platform_find(retired[i].platform), OP_PUBLISH, retired[i].post,
			     key);
		r.in.api_version = retired[i].version;
		rig_start(&r);
		rig_say(&r, retired[i].status, retired[i].body);
		assert_failed(&r, CLASS_PERMANENT, E_CONFIG);
		assert_non_null(strstr(r.out.error.text, retired[i].version));
		snprintf(setting, sizeof(setting), "platform.%s.version", retired[i].platform);
		assert_non_null(strstr(r.out.error.hint, setting));
		rig_free(&r);
	}
}

/* With an address of the configuration nothing goes anywhere else: but for what is public. */
static void base__configured__moves_every_request(void **state)
{
	static const char base[] = "http://127.0.0.1:9000/prefix";

	(void)state;
	for (size_t i = 0; platforms[i] != NULL; i++)
		for (int op = 0; op < OP_COUNT; op++)
			for (int kind = 0; kind < POST_KINDS; kind++) {
				char key[PLATFORM_KEY_SIZE];
				struct rig r;

				server_begin(&r, platforms[i], (enum platform_op)op,
					     (enum server_post)kind, key);
				r.in.api_base = base;
				rig_start(&r);
				for (int step = 0; r.out.verdict == STEP_SEND && step < 30;
				     step++) {
					if (strstr(rig_url(&r), "s3.example") == NULL &&
					    strncmp(rig_url(&r), base, strlen(base)) != 0)
						fail_msg("%s, operation %d: %s", platforms[i]->name,
							 op, rig_url(&r));
					rig_answer(&r, server_good(&r));
				}
				if (r.out.verdict == STEP_DONE && op == OP_AUTHORIZE)
					assert_int_equal(
						strncmp(r.out.authorize_url, base, strlen(base)),
						0);
				rig_free(&r);
			}
}

#define REFUSALS(name) \
	static void name##__refusals__each_in_its_class(void **state) \
	{ \
		(void)state; \
		check(#name, name, COUNT_OF(name)); \
	}

REFUSALS(bluesky)
REFUSALS(mastodon)
REFUSALS(x)
REFUSALS(linkedin)
REFUSALS(facebook)
REFUSALS(instagram)
REFUSALS(threads)
REFUSALS(google_business)
REFUSALS(pinterest)
REFUSALS(telegram)
REFUSALS(discord)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bluesky__refusals__each_in_its_class),
		cmocka_unit_test(mastodon__refusals__each_in_its_class),
		cmocka_unit_test(x__refusals__each_in_its_class),
		cmocka_unit_test(linkedin__refusals__each_in_its_class),
		cmocka_unit_test(facebook__refusals__each_in_its_class),
		cmocka_unit_test(instagram__refusals__each_in_its_class),
		cmocka_unit_test(threads__refusals__each_in_its_class),
		cmocka_unit_test(google_business__refusals__each_in_its_class),
		cmocka_unit_test(pinterest__refusals__each_in_its_class),
		cmocka_unit_test(telegram__refusals__each_in_its_class),
		cmocka_unit_test(discord__refusals__each_in_its_class),
		cmocka_unit_test(version__configured__goes_into_the_request),
		cmocka_unit_test(version__empty__is_the_platforms_own),
		cmocka_unit_test(version__retired__is_named),
		cmocka_unit_test(base__configured__moves_every_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
