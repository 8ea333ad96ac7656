// An S3 server with one bucket, which it keeps in a folder. PORT FOLDER
//
// s3rver itself does not look at signatures of version 4, so each request is signed anew here by AWS's own code, from
// the headers that the client says it has signed, and refused where that gives another signature.
import http from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import S3rver from 's3rver';

const [port, directory] = process.argv.slice(2);
const store = new S3rver({
	silent: true,
	directory,
	vhostBuckets: false,
	configureBuckets: [{ name: 'masthead', configs: [] }],
});
await store.configureBuckets();
const serve = store.callback();

// "20261124T093000Z"
function moment(text) {
	return new Date(text.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

async function isRight(request) {
	const said = request.headers.authorization ?? '';
	const [, user, region, names] =
		/Credential=([^/]*)\/\d*\/([^/]*)\/s3\/aws4_request, ?SignedHeaders=([^,]*)/.exec(said) ?? [];
	if (!names || !names.split(';').includes('host') || user !== 'S3RVER')
		return false;
	const headers = Object.fromEntries(names.split(';').map((n) => [n, request.headers[n] ?? '']));
	const url = new URL(request.url, 'http://' + request.headers.host);
	const signer = new SignatureV4({
		service: 's3',
		region,
		sha256: Sha256,
		uriEscapePath: false,
		applyChecksum: false,
		credentials: { accessKeyId: user, secretAccessKey: 'S3RVER' },
	});
	const signed = await signer.sign(
		{
			method: request.method,
			protocol: 'http:',
			hostname: url.hostname,
			path: url.pathname,
			query: Object.fromEntries(url.searchParams),
			headers,
		},
		{ signingDate: moment(request.headers['x-amz-date'] ?? '') },
	);
	const signature = (text) => /Signature=(\w+)/.exec(text)?.[1];
	return signature(signed.headers.authorization) === signature(said);
}

// The bucket may stand in the host: BUCKET.localhost.
function bucketIntoPath(request) {
	const [, bucket] = /^(.+)\.localhost(:\d+)?$/.exec(request.headers.host) ?? [];
	if (bucket)
		request.url = `/${bucket}${request.url}`;
}

http.createServer(async (request, response) => {
	const needed = !['GET', 'HEAD'].includes(request.method);
	if (needed && !(await isRight(request).catch(() => false))) {
		request.resume();
		response.writeHead(403, { 'Content-Type': 'application/xml' });
		response.end('<Error><Code>SignatureDoesNotMatch</Code><Message>Not what we calculated.' +
			'</Message></Error>');
		return;
	}
	bucketIntoPath(request);
	serve(request, response);
}).listen(Number(port), '127.0.0.1', () => console.log('listening'));
