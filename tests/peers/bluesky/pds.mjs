/* pds.mjs PORT PLC-PORT DIRECTORY - a Bluesky personal data server on 127.0.0.1.
 *
 * All that it keeps is below DIRECTORY: started again there, it goes on. Accounts need no invitation; there is
 * nobody to crawl it, and its app view is a port on which nothing listens, so nothing leaves the machine. Its rate
 * limits are on, as those of a public server are. JWT_SECRET, where set, signs its sessions. Says "listening" when it does. */
import http from 'node:http'
import { PDS, readEnv } from '@atproto/pds'

const [port, plcPort, directory] = process.argv.slice(2)
const pds = await PDS.fromEnv({
  ...readEnv(),
  port: Number(port),
  hostname: 'localhost',
  dataDirectory: directory,
  blobstoreDiskLocation: `${directory}/blobs`,
  blobstoreDiskTmpLocation: `${directory}/blobs-new`,
  didPlcUrl: `http://127.0.0.1:${plcPort}`,
  serviceHandleDomains: ['.test'],
  inviteRequired: false,
  devMode: true,
  rateLimitsEnabled: true,
  crawlers: [],
  bskyAppViewUrl: 'http://127.0.0.1:9',
  bskyAppViewDid: 'did:example:appview',
  /* Of use to nobody: they open accounts that live as long as one test. */
  jwtSecret: process.env.JWT_SECRET ?? 'a secret that signs the sessions of tests',
  dpopSecret: '00'.repeat(31) + '01',
  adminPassword: 'the administrator of tests',
  plcRotationKeyK256PrivateKeyHex: '00'.repeat(31) + '02',
})

pds.app.listen = () => http.createServer(pds.app).listen(Number(port), '127.0.0.1')
await pds.start()
console.log('listening')
