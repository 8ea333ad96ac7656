/* oidc.mjs PORT [PLATFORM] - a certified OAuth 2.0 server on 127.0.0.1.
 *
 * Its people log in and consent by themselves: whoever opens the address of an authorization is `alice`, or whom
 * login_hint or the cookie `person` names. Two names do otherwise: `refuse` consents to nothing, `partly` to the first
 * scope alone. ACCESS_S is the life of an access token in seconds. Says "listening" when it does.
 *
 * PLATFORM, mastodon or x, gives its endpoints the paths of that platform, and puts beside them what the platform's
 * own API has for a login: who a token belongs to, and for mastodon the registration of clients. GET /issued
 * lists all tokens that it gave, oldest first; GET /withdraw ends its bearer's, as a person does in the settings. */
import http from 'node:http'
import Provider, { errors } from 'oidc-provider'

const port = Number(process.argv[2])
const issuer = `http://127.0.0.1:${port}`
const platforms = {
  mastodon: {
    routes: { authorization: '/oauth/authorize', token: '/oauth/token', revocation: '/oauth/revoke' },
    scopes: ['read:accounts', 'read:statuses', 'write:statuses', 'write:media'],
    me: '/api/v1/accounts/verify_credentials',
    tell: (id, name) => ({ id, username: name, acct: name, url: `${issuer}/@${name}` }),
    refuse: { error: 'The access token was revoked' },
  },
  x: {
    routes: { authorization: '/i/oauth2/authorize', token: '/2/oauth2/token', revocation: '/2/oauth2/revoke' },
    scopes: ['tweet.read', 'tweet.write', 'users.read', 'media.write', 'offline.access'],
    me: '/2/users/me',
    tell: (id, name) => ({ data: { id, username: name, name } }),
    refuse: { title: 'Unauthorized', type: 'about:blank', status: 401, detail: 'Unauthorized' },
  },
}
const platform = platforms[process.argv[3]]
const issued = { access: [], refresh: [] }
const grants = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] }
const redirects = { redirect_uris: ['http://127.0.0.1/callback', 'http://[::1]/callback'], application_type: 'native' }

const provider = new Provider(issuer, {
  clients: [
    { client_id: 'public', token_endpoint_auth_method: 'none', ...redirects, ...grants },
    { client_id: 'basic', client_secret: 'secret of basic', token_endpoint_auth_method: 'client_secret_basic', ...redirects, ...grants },
    { client_id: 'post', client_secret: 'secret of post', token_endpoint_auth_method: 'client_secret_post', ...redirects, ...grants },
  ],
  scopes: platform?.scopes ?? ['openid', 'offline_access', 'read', 'write'],
  routes: platform?.routes ?? {},
  clockTolerance: 0,
  cookies: { keys: ['signs the cookies of tests'] },
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    registration: { enabled: platform === platforms.mastodon },
    revocation: { enabled: true },
  },
  pkce: { required: () => true },
  issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: () => true,
  ttl: {
    AccessToken: Number(process.env.ACCESS_S ?? 3600),
    AuthorizationCode: 60,
    Grant: 86400,
    IdToken: 3600,
    Interaction: 600,
    RefreshToken: 86400,
    Session: 86400,
  },
  findAccount: async (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
})

async function consent(interaction) {
  const { params, prompt, session } = interaction
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id })
  const asked = (prompt.details.missingOIDCScope ?? []).join(' ').split(' ')

  grant.addOIDCScope(session.accountId === 'partly' ? asked[0] : asked.join(' '))
  if (session.accountId === 'partly' && asked.length > 1) grant.rejectOIDCScope(asked.slice(1).join(' '))
  return { consent: { grantId: await grant.save() } }
}

async function answer(interaction, person) {
  const name = interaction.params.login_hint ?? person ?? 'alice'

  if (name === 'refuse') return { error: 'access_denied', error_description: 'the person said no' }
  if (interaction.prompt.name === 'login') return { login: { accountId: name } }
  return consent(interaction)
}

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next()
  const interaction = await provider.interactionDetails(ctx.req, ctx.res)
  await provider.interactionFinished(ctx.req, ctx.res, await answer(interaction, ctx.cookies.get('person', { signed: false })), { mergeWithLastSubmission: true })
  ctx.respond = false
})

const bearer = (ctx) => provider.AccessToken.find(ctx.get('Authorization').replace(/^Bearer /, ''))

/* Who a token belongs to; and a number for the name, always the same. */
async function me(ctx) {
  const token = await bearer(ctx)

  ctx.status = token?.isValid ? 200 : 401
  if (!token?.isValid) ctx.body = platform.refuse
  else ctx.body = platform.tell(String(parseInt(Buffer.from(token.accountId).toString('hex'), 16) % 1e9), token.accountId)
}

/* A client as Mastodon registers it, from a form; the provider's own way takes JSON. */
async function register(ctx) {
  let text = ''

  for await (const piece of ctx.req) text += piece
  const form = new URLSearchParams(text)
  const answer = await fetch(`${issuer}/reg`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ client_name: form.get('client_name'), redirect_uris: form.getAll('redirect_uris'),
      application_type: 'native', token_endpoint_auth_method: 'client_secret_post',
      grant_types: ['authorization_code'], response_types: ['code'] }),
  })
  ctx.status = answer.ok ? 200 : 422
  ctx.body = await answer.json()
}

if (platform)
  provider.use(async (ctx, next) => {
    if (ctx.method === 'GET' && ctx.path === platform.me) return me(ctx)
    if (ctx.method === 'POST' && ctx.path === '/api/v1/apps') return register(ctx)
    if (ctx.method === 'GET' && ctx.path === '/issued') ctx.body = issued
    else if (ctx.method === 'GET' && ctx.path === '/withdraw') {
      await (await bearer(ctx)).destroy()
      ctx.status = 204
    } else return next()
  })
provider.on('access_token.saved', (token) => issued.access.push(token.jti))
provider.on('refresh_token.saved', (token) => { if (!issued.refresh.includes(token.jti)) issued.refresh.push(token.jti) })
/* What fails by the tests' own doing is told, too. */
for (const event of ['server_error', 'authorization.error', 'grant.error'])
  provider.on(event, (ctx, error) => { if (!(error instanceof errors.OIDCProviderError)) console.error(event, error) })

http.createServer(provider.callback()).listen(port, '127.0.0.1', () => console.log('listening'))
