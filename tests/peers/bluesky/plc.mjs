/* plc.mjs PORT - the directory of accounts' DIDs, in memory, on 127.0.0.1.
 *
 * A process of its own, so that it lives on when a test kills the server of accounts. Says "listening" when it does. */
import http from 'node:http'
import plc from '@did-plc/server'

const port = Number(process.argv[2])
const server = plc.PlcServer.create({ db: plc.Database.mock(), port })

server.app.listen = () => http.createServer(server.app).listen(port, '127.0.0.1')
await server.start()
console.log('listening')
