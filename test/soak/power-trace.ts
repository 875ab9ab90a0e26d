import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** One call of the system that succeeded. Times are seconds; a call takes effect between the two. */
export interface Call {
  name: string
  begin: number
  end: number
  args: string[]
  result: number
}

const CALLS =
  'openat,open,creat,close,write,pwrite64,writev,pwritev,pwritev2,lseek,ftruncate,truncate,fallocate,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,copy_file_range,sendfile,io_uring_enter'
const LONGEST = 64 * 1024 * 1024

/** Undefined where processes cannot be traced: strace is missing, or not allowed. */
export function canTrace(): boolean {
  return spawnSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' }).status === 0
}

/** Runs a command and returns what it asked of the system, in the order in which the calls came to their end. */
export async function trace(command: string[], folder: string): Promise<Call[]> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const options = ['-ff', '--seccomp-bpf', '--absolute-timestamps=format:unix,precision:ns', '--syscall-times=ns']
  const what = ['-xx', '-s', String(LONGEST), '-e', 'signal=none', '-e', `trace=${CALLS}`, '-o', join(folder, 'calls')]
  const child = spawn('strace', [...options, ...what, ...command], { stdio: ['ignore', 'ignore', 'inherit'] })
  const code = await new Promise<number | null>((done, failed) => {
    child.once('error', failed)
    child.once('exit', done)
  })
  if (code !== 0) throw new Error(`The traced process ended with ${code}.`)
  const calls = readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), 'latin1')
      .split('\n')
      .flatMap((line) => parse(line) ?? []),
  )
  rmSync(folder, { recursive: true })
  return calls.sort((a, b) => a.end - b.end)
}

const LINE = /^(\d+)\.(\d+) (\w+)\((.*)\)\s+= (-?\d+)[^<]*<(\d+\.\d+)>$/s

function parse(line: string): Call | undefined {
  const match = LINE.exec(line)
  if (match === null) return undefined
  const [, seconds = '', fraction = '', name = '', args = '', result = '', took = ''] = match
  if (args.includes('"...')) throw new Error(`A call of ${name} was cut in the trace.`)
  // A day's seconds, so that nanoseconds survive in a number.
  const begin = (Number(seconds) % 86_400) + Number(`0.${fraction}`)
  return { name, begin, end: begin + Number(took), args: splitArguments(args), result: Number(result) }
}

/** Strings are all in \x form: a comma inside of brackets is the only one that separates nothing. */
function splitArguments(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === '[' || sign === '{') depth++
    else if (sign === ']' || sign === '}') depth--
    else if (sign === ',' && depth === 0) {
      parts.push(text.slice(from, at).trim())
      from = at + 1
    }
  }
  parts.push(text.slice(from).trim())
  return parts
}

/** The bytes of a string, or of a list of them, as strace writes it with -xx. */
export function bytesOf(argument: string): Buffer {
  const strings = argument.match(/"((?:\\x[0-9a-f]{2})*)"/g) ?? []
  return Buffer.concat(strings.map((string) => Buffer.from(string.replaceAll(/[\\x"]/g, ''), 'hex')))
}
export const pathOf = (argument: string): string => resolve(bytesOf(argument).toString('utf8'))
