/** Reading a member that the stand-in lacks throws: a host that uses more of Electron than was modelled must fail, not get `undefined`. */
export function strict<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      if (typeof key === 'string' && key !== 'then' && !(key in object)) {
        throw new Error(`The stand-in for Electron has no ${name}.${key}.`)
      }
      const value: unknown = Reflect.get(object, key, object)
      return typeof value === 'function' && !isClass(value) ? value.bind(object === receiver ? object : object) : value
    },
  })
}

const isClass = (value: object) => /^class\b/.test(Function.prototype.toString.call(value))
