import type { Told } from '../catalogues.ts'

const reason: Told['reason'] = {
  'own-message': 'Lo escribiste tú, y este bot no responde aquí a tus propios mensajes.',
  'bot-prefix': 'Empieza con un [prefijo], como escriben los bots. Los bots no responden a bots.',
  'kind-not-handled': 'Este bot no trata mensajes de este tipo.',
  'no-text': 'No contiene texto que responder.',
  'before-switch-on': 'Llegó antes de que el bot se activara en este chat.',
  'before-restore': 'Llegó antes de la última restauración. No se responde nada anterior a una restauración.',
  'too-old': 'Esperó en WhatsApp más de lo que permiten los Ajustes, en “Respuestas”.',
  'other-account': 'Pertenece a otra cuenta, no a aquella para la que se activó el bot.',
  'already-answered': 'Este bot ya lo respondió.',
  forgotten: 'Pertenece a datos que eliminaste.',
  'unknown-bot': 'Este programa no conoce el bot. La asignación se conserva y no responde nada.',
  'no-response': 'El bot no tenía nada que decir.',
  'model-missing': 'No hay ningún modelo configurado. Introduce la dirección y la clave en Ajustes; el mensaje espera.',
  'model-key-elsewhere':
    'La dirección del modelo cambió, y la clave se introdujo para la anterior. Introduce en Ajustes la clave de la dirección nueva; el mensaje espera.',
  'model-key': 'El modelo rechazó la clave. Compruébala en Ajustes y usa “Responder de nuevo”.',
  'model-unknown':
    'El servidor no conoce el modelo o la dirección. Comprueba ambos en Ajustes y usa “Responder de nuevo”.',
  'model-refused': 'El modelo rechazó la petición. Usa “Responder de nuevo” o elige otro modelo en Ajustes.',
  'model-limit': 'El modelo superó su límite de peticiones. El mensaje espera y se volverá a intentar.',
  'model-timeout': 'El modelo tardó demasiado. Aumenta el límite de tiempo en Ajustes o elige un modelo más rápido.',
  'model-unreachable':
    'No se pudo contactar con el modelo. Comprueba que su servidor está en marcha; el mensaje espera y se volverá a intentar.',
  'model-oversized':
    'La respuesta del modelo era demasiado larga para un chat y se cortó. Comprueba en Ajustes que la dirección es la de un modelo y usa “Responder de nuevo”.',
  'model-redirect':
    'La dirección del modelo redirige a otra, y Whatslang no la sigue. Si confías en ella, introdúcela en Ajustes y usa “Responder de nuevo”.',
  'model-link-local':
    'La dirección del modelo está en una red link-local, donde las nubes guardan las claves de las máquinas. No se envió nada. Comprueba la dirección en Ajustes y usa “Responder de nuevo”.',
  'model-failed': 'El modelo falló. El mensaje se volverá a intentar; si continúa, revisa el servidor del modelo.',
  'budget-chat':
    'Este bot ya agotó el límite de hoy del modelo en este chat. Vuelve a responder a medianoche, o cuando aumentes el límite en Ajustes, en “Límites”; después usa “Responder de nuevo”.',
  'budget-day':
    'Todos los bots juntos ya agotaron el límite de hoy del modelo. Vuelven a responder a medianoche, o cuando aumentes el límite en Ajustes, en “Límites”; después usa “Responder de nuevo”.',
  'rules-too-costly':
    'Las reglas de la respuesta automática tardarían demasiado con este mensaje, así que no se respondió. Simplifica las expresiones de las reglas.',
  'bot-failed':
    'El propio bot falló con este mensaje. Usa “Responder de nuevo”; si vuelve a fallar, el registro en Diagnóstico muestra la causa.',
  expired:
    'No se pudo responder a tiempo. Usa “Responder de nuevo”; cuánto puede esperar una respuesta se define en Ajustes, en “Respuestas”.',
  'bot-off': 'El bot se desactivó en este chat.',
  'bot-removed': 'Se quitó el bot o su asignación.',
  'second-bot':
    'Otro programa responde como este bot con la misma cuenta de WhatsApp. Detén ese programa y activa el bot de nuevo.',
  'bot-loop':
    'Otro programa parece responder a este bot en este chat, y los dos se escribirían sin fin. Revisa el chat y activa el bot de nuevo.',
  retried: 'Un intento más reciente ocupa su lugar.',
  'answer-ended': 'Una parte anterior de la misma respuesta no se pudo entregar.',
  'send-failed': 'No se pudo entregar a WhatsApp en varios intentos.',
  'no-ack':
    'WhatsApp no confirmó la respuesta a tiempo. Usa “Responder de nuevo”; cuánto puede esperar una respuesta se define en Ajustes, en “Respuestas”.',
  '463':
    'WhatsApp no dejó que esta cuenta escribiera a este contacto. Espera a que vuelvan los envíos y usa “Responder de nuevo”.',
  '479': 'WhatsApp la rechazó porque la lista de dispositivos estaba desactualizada. Usa “Responder de nuevo”.',
}

const start = 'Inicia Whatslang una vez: hace una copia del archivo y lo actualiza.'
const restoreNewest = 'Restaura la copia verificada más reciente. No se borra nada: el archivo dañado se queda al lado.'

const confirmSettings =
  'Mira Ajustes y confirma los que rigen, o ejecuta `whatslang settings --confirm`. Hasta entonces, nada que dependa de ellos se copia sin cifrar, se elimina, se restaura ni se olvida.'

const finding: Told['finding'] = {
  location: { title: 'Whatslang usa la base de datos {{path}}, porque {{why}}' },
  'data-directory.read-only': {
    title: 'La carpeta de datos {{path}} está en un disco que solo se puede leer.',
    cause: 'Se montó de solo lectura, o el sistema lo dejó así porque el disco comunica errores (mira dmesg).',
    way_out:
      'Primero guarda una copia de la carpeta de datos. Después comprueba el disco, móntalo para escritura e inicia Whatslang de nuevo.',
  },
  'data-directory.missing': {
    title: 'La carpeta de datos {{path}} no está.',
    cause: 'Se movió, o hay un disco sin montar.',
    way_out: 'Monta el disco, o indica la carpeta correcta con WHATSLANG_DATA_DIR o --data-dir.',
  },
  'database.there': { title: 'El archivo de la base de datos está en su sitio.' },
  'database.missing': {
    title: 'No hay ninguna base de datos en {{path}}.',
    cause: 'Su disco no está montado, la ruta es otra, o Whatslang aún no se ha iniciado con esta carpeta de datos.',
    way_out:
      'Si debería haber datos, monta el disco o mira arriba qué ruta se usó. Si no, inicia Whatslang o restaura una copia.',
  },
  'replaced.saved': {
    title: '{{path}} se reemplazó mientras Whatslang estaba en marcha.',
    cause:
      'Los bots se detuvieron y no se escribe nada más. Lo que había hasta entonces se guardó y verificó en {{saved}}.',
    way_out:
      'Para seguir con el archivo nuevo, reinicia Whatslang: no se responde nada dos veces. Para volver a lo que había, reinicia y restaura {{saved}}.',
  },
  'replaced.unsaved': {
    title: '{{path}} se reemplazó mientras Whatslang estaba en marcha.',
    cause: 'Los bots se detuvieron y no se escribe nada más. Lo que había hasta entonces no se pudo guardar: {{cause}}',
    way_out: 'Reinicia Whatslang para seguir con el archivo nuevo, o restaura la copia verificada más reciente.',
  },
  'replaced.saving': {
    title: '{{path}} se reemplazó mientras Whatslang estaba en marcha.',
    cause: 'Los bots se detuvieron y no se escribe nada más. Lo que había hasta entonces se está guardando.',
    way_out: 'Espera a que esté guardado y mira de nuevo.',
  },
  'modes.private': { title: 'Solo tú puedes leer los datos.' },
  'modes.open-one': {
    title: 'Otros usuarios de esta máquina pueden leer {{path}}.',
    cause: '{{cause}}',
    way_out: 'Ejecuta `whatslang doctor --fix`, o chmod 700 en las carpetas y 600 en los archivos.',
  },
  'modes.open-many': {
    title: 'Otros usuarios de esta máquina pueden leer {{count}} archivos o carpetas.',
    cause: '{{cause}}',
    way_out: 'Ejecuta `whatslang doctor --fix`, o chmod 700 en las carpetas y 600 en los archivos.',
  },
  'owner.foreign': {
    title: '{{path}} pertenece a otro usuario.',
    cause:
      'Archivos o carpetas que no pertenecen al usuario {{uid}}: {{count}}, a menudo tras un comando como root. Whatslang no puede usarlos.',
    way_out: '{{command}}',
  },
  'owner.forbidden': {
    title: 'Este usuario no puede leer {{path}}.',
    cause: 'Los permisos del archivo no lo dejan. La base de datos en sí puede estar bien.',
    way_out: '{{command}}',
  },
  'network-filesystem': {
    title: 'La base de datos está en {{name}}.',
    cause: 'SQLite no puede bloquear con seguridad en sistemas de archivos de red: se pueden perder escrituras.',
    way_out: 'Mueve la carpeta de datos a un disco local. Las copias pueden estar en la red.',
  },
  'synced-folder': {
    title: 'La base de datos está en una carpeta que sincroniza {{name}}.',
    cause: 'Copia el archivo mientras cambia: las copias salen rotas, y dos máquinas pueden sobrescribirse.',
    way_out: 'Saca de allí la carpeta de datos. Deja que sincronice solo la carpeta de copias.',
  },
  leftovers: {
    title: 'Archivos sin terminar de ejecuciones anteriores en la carpeta de datos: {{count}}.',
    cause: 'Una ejecución se interrumpió antes de recogerlo todo.',
    way_out: 'Ejecuta `whatslang doctor --fix`: se eliminan.',
  },
  'space.enough': { title: '{{free}} libres en el disco.' },
  'space.low': {
    title: 'Solo {{free}} libres en el disco.',
    cause: 'Una copia o una restauración necesita espacio para una segunda copia de la base de datos.',
    way_out: 'Libera espacio, lleva las copias a otro sitio o conserva menos.',
  },
  'wal.large': {
    title: 'El diario de escritura ocupa {{bytes}}.',
    cause: 'Algo lee la base de datos desde hace mucho, y el diario no se puede vaciar.',
    way_out: 'Ejecuta `whatslang doctor --fix`.',
  },
  'lock.nobody': { title: 'Nadie está usando la carpeta de datos.' },
  'lock.unnamed': { title: 'Otro programa está usando la carpeta de datos.' },
  'lock.named': { title: '{{program}} (proceso {{pid}}) está usando la carpeta de datos.' },
  'integrity.sound': { title: 'La base de datos está íntegra.' },
  'integrity.damaged': { title: 'La base de datos está dañada.', cause: '{{cause}}', way_out: restoreNewest },
  'integrity.unreadable': {
    title: 'La base de datos no se puede leer.',
    cause: '{{cause}}',
    way_out: 'Restaura la copia verificada más reciente, o rescata lo que se pueda leer. No se borra nada.',
  },
  'schema.same': { title: 'La base de datos tiene la versión {{version}}, como espera este programa.' },
  'schema.newer': {
    title: 'La base de datos tiene la versión {{version}}; este programa trabaja con la {{expected}}.',
    cause: 'La escribió un Whatslang más nuevo.',
    way_out: 'Instala el Whatslang más nuevo.',
  },
  'schema.older': {
    title: 'La base de datos tiene la versión {{version}}; este programa trabaja con la {{expected}}.',
    cause: 'Esta versión aún no la ha abierto, o no es una base de datos de Whatslang.',
    way_out: start,
  },
  'foreign-keys': {
    title: 'Filas que apuntan a algo que ya no existe: {{count}}.',
    cause: 'Otro programa cambió el archivo.',
    way_out: 'Restaura una copia anterior a eso, o déjalo así: esas filas no se usan.',
  },
  'settings.valid': { title: 'Los ajustes son válidos.' },
  'settings.repaired': {
    title: 'El ajuste {{names}} no era válido.',
    cause: 'Se usa otro valor en su lugar: el último bueno o el predeterminado.',
    way_out: 'Defínelo de nuevo en Ajustes. El archivo antiguo quedó guardado junto al nuevo.',
  },
  'settings.repaired-many': {
    title: 'Los ajustes {{names}} no eran válidos.',
    cause: 'Se usan otros valores en su lugar: los últimos buenos o los predeterminados.',
    way_out: 'Defínelos de nuevo en Ajustes. El archivo antiguo quedó guardado junto al nuevo.',
  },
  'settings.doubtful-copy': {
    title: 'No se pudo leer el archivo de ajustes, y rige la última copia buena.',
    cause: 'Se cortó, se borró o se editó a mano. Lo que quedó: {{file}}.',
    way_out: confirmSettings,
  },
  'settings.doubtful-default': {
    title: 'No se pudo leer el archivo de ajustes, y rigen los valores predeterminados.',
    cause: 'Se cortó o se editó a mano, y no hay ninguna copia. Lo que quedó: {{file}}.',
    way_out: confirmSettings,
  },
  'settings.doubtful-values': {
    title: 'Ajustes que no son válidos, con otros valores en vigor: {{names}}.',
    cause: 'El archivo se editó a mano. El antiguo: {{file}}.',
    way_out: confirmSettings,
  },
  'settings.doubtful-schedule': {
    title: 'Ajustes que no son válidos, con otros valores en vigor: {{names}}.',
    cause: '{{cause}} El archivo antiguo: {{file}}.',
    way_out: confirmSettings,
  },
  'backup.failed': {
    title: 'La última copia falló.',
    cause: '{{cause}}',
    way_out: 'Elimina la causa y haz una copia ahora.',
  },
  'drill.never': {
    title: 'Nunca se ha ensayado si las copias se pueden restaurar.',
    cause: 'El simulacro mensual aún no ha tenido lugar, o está desactivado.',
    way_out: 'Hazlo ahora en la página Copias, o con `whatslang drill`.',
  },
  'drill.failed': {
    title: 'El último simulacro de recuperación falló.',
    cause: '{{cause}}',
    way_out: 'Elimina la causa, haz una copia y repite el simulacro.',
  },
  'drill.not-proven': {
    title: 'El último simulacro no pudo mostrar si una copia se puede restaurar.',
    cause: 'Está cifrada para destinatarios, y esta máquina no tiene la clave.',
    way_out: 'Haz el simulacro donde está la clave: `whatslang drill --identity-file key.txt`.',
  },
  'drill.fine': { title: 'El último simulacro de recuperación lo recuperó todo.' },
  'backup.unproven': {
    title: 'La última copia se hizo, pero no se pudo verificar.',
    cause: '{{cause}}',
    way_out: 'Elimina la causa y haz una copia ahora.',
  },
  'backup.undeletable': {
    title: 'No se pueden eliminar copias antiguas.',
    cause: '{{cause}}',
    way_out:
      'Las copias se siguen haciendo y verificando. Elimina la causa y después limpia en la página Copias o con `whatslang prune`.',
  },
  'backup.read-only': {
    title: 'La carpeta de copias {{folder}} está en un disco que solo se puede leer.',
    cause: 'Se montó de solo lectura, o el sistema lo dejó así porque el disco comunica errores (mira dmesg).',
    way_out: 'Comprueba el disco y móntalo para escritura, o elige otra carpeta para las copias.',
  },
  'backup.not-mounted': {
    title: 'El disco de la carpeta de copias {{folder}} no está.',
    cause: '{{cause}}',
    way_out:
      'Móntalo, elige otra carpeta o usa esta como nueva: en la página Copias, o con `whatslang backups --use-as-new`.',
  },
  'backup.silent': {
    title: 'La carpeta de copias {{folder}} no responde.',
    cause: 'Su disco o su unidad de red no está o se ha colgado. Lo que se dice de las copias es lo último que se vio.',
    way_out: 'Comprueba el disco o la unidad de red, o elige otra carpeta para las copias.',
  },
  'backup.gone': {
    title: 'Todas las copias verificadas de esta instalación ({{count}}) han desaparecido de {{folder}}.',
    cause: 'Se eliminaron, o hay otro disco en lugar del suyo.',
    way_out: 'Si deberían estar ahí, busca su disco. Después haz una copia ahora.',
  },
  'backup.ahead': {
    title: 'Hay copias con fecha adelantada al reloj de esta máquina: {{count}}.',
    cause: 'El reloj iba mal cuando se hicieron, o va mal ahora. Nunca cuentan como las más recientes.',
    way_out: 'Comprueba la fecha de esta máquina. Elimina una de esas copias cuando ya no la necesites.',
  },
  'backup.never-scheduled': {
    title: 'No hay ninguna copia verificada.',
    cause: 'La programación aún no se ha ejecutado.',
    way_out: 'Haz una copia ahora.',
  },
  'backup.never': {
    title: 'No hay ninguna copia verificada.',
    cause: 'No hay ninguna programación definida.',
    way_out: 'Haz una copia ahora.',
  },
  'backup.overdue': {
    title: 'La última copia verificada tiene {{hours}} h.',
    cause: 'Una ejecución programada no tuvo lugar o falló.',
    way_out: 'Haz una copia ahora y comprueba la programación.',
  },
  'backup.fresh': { title: 'La última copia verificada tiene como máximo {{hours}} h.' },
  'connection.problem': {
    title: 'Whatslang no está conectado a WhatsApp.',
    cause: '{{cause}}',
    way_out: 'Mira en el resumen qué hacer; si es solo la red, Whatslang lo intenta de nuevo solo.',
  },
  'connection.open': { title: 'Whatslang está conectado a WhatsApp.' },
  'connection.unlinked': {
    title: 'No hay ningún teléfono vinculado.',
    cause: 'La vinculación del dispositivo aún no ha terminado.',
    way_out: 'Escanea el código con el teléfono: WhatsApp, Dispositivos vinculados, Vincular un dispositivo.',
  },
  'connection.down': {
    title: 'Se perdió la conexión con WhatsApp.',
    cause: 'La red o el servidor no responde en este momento.',
    way_out: 'Whatslang lo intenta de nuevo solo.',
  },
  'model.missing-needed': {
    title: 'No hay ningún modelo configurado.',
    cause: 'Hay bots activos que lo necesitan; sus mensajes esperan.',
    way_out: 'Introduce la dirección y la clave en Ajustes, o define OPENAI_API_KEY.',
  },
  'model.missing': {
    title: 'No hay ningún modelo configurado.',
    cause: 'Por ahora ningún bot lo necesita.',
    way_out: 'Introduce la dirección y la clave en Ajustes, o define OPENAI_API_KEY.',
  },
  'model.key-elsewhere': {
    title: 'La clave del modelo es de otra dirección.',
    cause: 'La clave se introdujo para {{origin}} y solo se envía allí. La dirección del modelo es ahora {{address}}.',
    way_out: 'Introduce en Ajustes la clave de la dirección nueva o vuelve a la anterior.',
  },
  'model.failing': {
    title: 'El modelo está fallando.',
    cause: '{{cause}}',
    way_out: 'Los mensajes esperan hasta que vuelva a responder.',
  },
  'model.untried': { title: 'Hay un modelo configurado; aún no se ha usado.' },
  'model.answers': { title: 'El modelo responde.' },
}

const cutOff = 'El archivo está cortado: le falta el final. Cópialo de nuevo o usa otra copia.'
const changed = 'El archivo no es el que se escribió: su contenido se ha alterado. Usa otra copia.'
const wrongPassphrase = 'La contraseña no abre este archivo. Compruébala; no ha cambiado nada.'
const keyNeeded =
  'El archivo está cifrado para destinatarios. Introduce la clave age correspondiente, una línea que empieza por AGE-SECRET-KEY-1.'
const wrongKey = 'Ninguna clave introducida abre este archivo: está cifrado para otros. No ha cambiado nada.'
const notOurs = 'El archivo no lleva el sello de Whatslang: lo escribió otro programa, o le falta el final.'
const noSpace = 'El disco está lleno. No ha cambiado nada. Libera espacio e inténtalo de nuevo.'

const failure: Told['failure'] = {
  'model-missing': 'No hay ningún modelo configurado. Introduce la dirección y la clave en Ajustes.',
  'model-key-elsewhere':
    'La clave se introdujo para otra dirección y solo se envía allí. Introduce en Ajustes la clave de la dirección nueva o vuelve a la anterior.',
  'model-key': 'El modelo rechazó la clave. Compruébala en Ajustes.',
  'model-unknown': 'El servidor no conoce el modelo o la dirección. Comprueba ambos en Ajustes.',
  'model-refused': 'El modelo rechazó la petición. Prueba con otro texto o elige otro modelo en Ajustes.',
  'model-limit': 'El modelo superó su límite de peticiones. Inténtalo de nuevo dentro de un rato.',
  'model-timeout': 'El modelo no respondió a tiempo. Inténtalo de nuevo o aumenta el tiempo en Ajustes.',
  'model-unreachable':
    'No se pudo contactar con la dirección del modelo. Comprueba que el servidor está en marcha y la dirección en Ajustes.',
  'budget-day':
    'El límite de hoy del modelo ya se agotó. Se renueva a medianoche; puedes aumentarlo en Ajustes, en “Límites”.',
  'model-oversized':
    'La respuesta del modelo era demasiado larga para un chat y se cortó. Comprueba en Ajustes que la dirección es la de un modelo.',
  'model-redirect':
    'La dirección del modelo redirige a otra, y Whatslang no la sigue. Si confías en ella, introdúcela en Ajustes.',
  'model-link-local':
    'La dirección del modelo está en una red link-local, donde las nubes guardan las claves de las máquinas. No se envió nada. Comprueba la dirección en Ajustes.',
  'model-failed': 'El modelo falló. Inténtalo de nuevo; si continúa, revisa el servidor del modelo.',
  'not-found': 'Eso ya no está aquí. Recarga la lista o elige de nuevo.',
  'disk-full': noSpace,
  busy: 'Otro programa está usando el archivo. No ha cambiado nada. Cierra el otro programa e inténtalo de nuevo.',
  corrupt: 'El archivo está dañado y se dejó como está. Restaura la copia verificada más reciente.',
  io: 'La lectura o la escritura falló. Revisa los permisos del archivo y el estado del disco, e inténtalo de nuevo.',
  invalid: 'Así no se puede aceptar. Comprueba lo que escribiste; no ha cambiado nada.',
  conflict: 'Eso no encaja con lo que ya existe o está en curso. Recarga la página e inténtalo de nuevo.',
  'invalid-settings': 'Este ajuste no se puede usar. Comprueba el valor; no ha cambiado nada.',
  'no-settings': 'El archivo no contiene ajustes que se puedan leer. No ha cambiado nada. Elige otro archivo.',
  'settings-changed':
    'El archivo o los ajustes cambiaron desde la comparación. No ha cambiado nada más. Mira las diferencias de nuevo.',
  'schedule-fields':
    'La programación necesita cinco campos: minuto, hora, día del mes, mes, día de la semana. 0 2 * * * significa cada día a las 02:00. No ha cambiado nada.',
  'schedule-name':
    'No existe una programación con ese nombre. Usa @yearly, @monthly, @weekly, @daily o @hourly, o cinco campos: 0 2 * * * significa cada día a las 02:00. No ha cambiado nada.',
  'schedule-minute':
    'El minuto de la programación (primer campo) no es válido. Usa un número de 0 a 59, *, un intervalo como 1-5, una lista como 1,3 o un paso como */2. No ha cambiado nada.',
  'schedule-hour':
    'La hora de la programación (segundo campo) no es válida. Usa un número de 0 a 23, *, un intervalo como 1-5, una lista como 1,3 o un paso como */2. No ha cambiado nada.',
  'schedule-day':
    'El día del mes de la programación (tercer campo) no es válido. Usa un número de 1 a 31, L para el último día, *, un intervalo como 1-5, una lista como 1,3 o un paso como */2. No ha cambiado nada.',
  'schedule-month':
    'El mes de la programación (cuarto campo) no es válido. Usa un número de 1 a 12, de JAN a DEC, *, un intervalo como 1-5, una lista como 1,3 o un paso como */2. No ha cambiado nada.',
  'schedule-weekday':
    'El día de la semana de la programación (quinto campo) no es válido. Usa un número de 0 (domingo) a 7, de SUN a SAT, *, un intervalo como 1-5, una lista como 1,3 o un paso como */2. No ha cambiado nada.',
  'schedule-never':
    'Esta programación no ocurre nunca: ninguno de los meses elegidos tiene ese día. Elige otro día u otro mes. No ha cambiado nada.',
  'settings-doubtful':
    'No se pudieron leer los ajustes, y esto depende de ellos. No se hizo nada. Mira Ajustes y confirma los que rigen.',
  'protected-setting':
    'Este ajuste solo se puede cambiar en una ventana del propio programa, no desde aquí. No ha cambiado nada.',
  unwritable: 'No se puede escribir el archivo de ajustes. Revisa los permisos de la carpeta de datos.',
  'sign-in-unwritten':
    'La sesión del dispositivo se cerró, pero no se pudo guardar: un reinicio lo dejaría entrar de nuevo. Whatslang lo intenta otra vez cada minuto. Libera espacio en el disco o revisa los permisos de la carpeta de datos.',
  KEYCHAIN_UNAVAILABLE: 'No se puede acceder al almacén de claves del sistema. Desbloquéalo e inténtalo de nuevo.',
  'not-connected': 'WhatsApp no está conectado. El mensaje espera y se enviará solo después.',
  'not-linked': 'No hay ninguna cuenta vinculada. Vincula primero tu WhatsApp.',
  'already-linked': 'Ya hay una cuenta vinculada. Desvincúlala primero.',
  'pairing-interrupted':
    'La conexión terminó, o se pidió otro código, antes de que llegara este. Pide un código de nuevo.',
  'pairing-refused': 'WhatsApp rechazó la vinculación. Espera unos minutos e inténtalo de nuevo.',
  'emulator-refused': 'Esta carpeta de datos no corresponde a la demostración. Usa otra carpeta.',
  'session-in-use': 'Otro programa está usando las claves de este dispositivo. Ciérralo e inténtalo de nuevo.',
  'file-replaced':
    'El archivo de la base de datos se reemplazó mientras Whatslang estaba en marcha. No se escribe nada hasta que se reinicie; Diagnóstico dice qué se guardó.',
  'storage-failed': 'No se pudieron escribir las claves. Libera espacio en el disco y conecta de nuevo.',
  ENOSPC: 'El disco está lleno y no se pudo escribir el archivo. Libera espacio e inténtalo de nuevo.',
  EDQUOT: 'Tu cuota en este disco se agotó. Borra archivos tuyos o pide más espacio, e inténtalo de nuevo.',
  EFBIG: 'El archivo sería mayor de lo que permite el sistema de archivos. Elige una carpeta en otro disco.',
  EROFS: 'El disco solo se puede leer. Móntalo para escritura o elige otra carpeta.',
  EACCES:
    'Este usuario no tiene permiso para usar el archivo o la carpeta. Cambia el propietario o los permisos e inténtalo de nuevo.',
  EPERM:
    'El sistema no lo permite: el archivo está protegido o pertenece a otro usuario. Cambia el propietario o los atributos e inténtalo de nuevo.',
  ENOENT: 'El archivo o la carpeta no existe. Comprueba la ruta y que el disco está montado.',
  ENOTDIR: 'Una parte de la ruta es un archivo, no una carpeta. Comprueba la ruta.',
  EISDIR: 'Esto es una carpeta, y aquí hace falta un archivo. Comprueba la ruta.',
  EEXIST: 'Ya existe algo con ese nombre. No ha cambiado nada. Elige otro nombre.',
  ENOTEMPTY: 'La carpeta no está vacía. No se eliminó nada.',
  ENAMETOOLONG: 'El nombre es más largo de lo que permite el sistema de archivos. Elige uno más corto.',
  ELOOP: 'Esto es un enlace simbólico que lleva a sí mismo o que aquí no se sigue. Indica el propio archivo.',
  EBUSY: 'Otro programa está usando el archivo. Cierra ese programa e inténtalo de nuevo.',
  ETXTBSY: 'El archivo es un programa en ejecución. Ciérralo e inténtalo de nuevo.',
  EIO: 'La lectura o la escritura falló: el disco comunica un error. Comprueba el disco y haz antes una copia de tus datos.',
  ENXIO: 'Esto no es un archivo normal, y nada responde al otro lado. Indica un archivo normal.',
  EMFILE: 'Hay demasiados archivos abiertos. Cierra otros programas o aumenta el límite (ulimit -n).',
  ENFILE: 'Esta máquina tiene demasiados archivos abiertos. Cierra otros programas e inténtalo de nuevo.',
  ETIMEDOUT: 'La unidad no responde a tiempo. Comprueba la unidad de red e inténtalo de nuevo.',
  ESTALE: 'La unidad de red ya no conoce este archivo. Monta la unidad de nuevo e inténtalo otra vez.',
  ENOTCONN: 'La unidad ya no está conectada. Móntala de nuevo e inténtalo otra vez.',
  EHOSTDOWN: 'La máquina que guarda el archivo no responde. Comprueba la unidad de red e inténtalo de nuevo.',
  ENOTSUP: 'El sistema de archivos no puede hacer esto. Elige una carpeta en otro disco.',
  EINVAL: 'El sistema rechazó la petición por no ser válida. Comprueba la ruta y el sistema de archivos.',
  EXDEV: 'El archivo está en otro disco y no se puede mover de una vez. Elige una carpeta en el mismo disco.',
  'rules-too-costly': 'Las reglas tardarían demasiado con este texto. Simplifica las expresiones de las reglas.',
  CANCELLED: 'Se canceló; no ha cambiado nada.',
  TIME_LIMIT: 'Tardó demasiado y se interrumpió; no ha cambiado nada. Inténtalo de nuevo.',
  MEMORY_LIMIT: 'El archivo necesitaría demasiada memoria y no se aceptó. No ha cambiado nada.',
  DISK_LIMIT: 'Ocuparía demasiado espacio en el disco y se interrumpió. No ha cambiado nada.',
  CRASHED: 'El proceso que hacía este trabajo terminó de golpe; no ha cambiado nada. Inténtalo de nuevo.',
  NO_SPACE: 'No hay espacio suficiente en el disco. Libera espacio o elige otra carpeta, e inténtalo de nuevo.',
  NO_FOLDER: 'No se puede acceder a la carpeta de copias. Comprueba que existe y que se puede escribir en ella.',
  NOT_MOUNTED:
    'El disco de la carpeta de copias no está montado, o hay otro en su lugar. Allí no se creó nada. Móntalo, elige otra carpeta o usa esta como nueva.',
  NO_ANSWER:
    'La carpeta de copias no responde: el disco o la unidad de red no está o se ha colgado. Compruébalo, o elige otra carpeta.',
  SOURCE_CORRUPT:
    'La base de datos está dañada. No se hizo ninguna copia de ella ni se eliminó ninguna anterior. Restaura la copia verificada más reciente.',
  SOURCE_EMPTY: 'La base de datos no tiene ninguna tabla. No se hizo ninguna copia ni se eliminó ninguna.',
  NO_SECRET: 'Falta la contraseña o la clave del cifrado. Introdúcela, o defínela de nuevo en la página Copias.',
  TRUNCATED: cutOff,
  ALTERED: changed,
  WRONG_PASSPHRASE: wrongPassphrase,
  KEY_NEEDED: keyNeeded,
  WRONG_KEY: wrongKey,
  BAD_KEY: 'Esto no es una clave age. Una línea suya empieza por AGE-SECRET-KEY-1. No ha cambiado nada.',
  NO_MEMORY:
    'La contraseña necesita unos 290 MB de memoria para convertirse en una clave, y no hay tanta libre. Da más memoria a la máquina o al contenedor, cierra otros programas o cifra para destinatarios (claves age), que no la necesitan.',
  BAD_RECIPIENT:
    'Uno de los destinatarios age no es válido; puede haber un carácter equivocado. Cópialo de nuevo. No se hizo ninguna copia.',
  NOT_OURS: notOurs,
  MISMATCH: 'El archivo no restaura lo que se guardó. Haz una copia nueva ahora.',
  MISSING: 'El archivo no está o no se puede leer. Recarga la lista.',
  DEADLINE: 'Tardó más de lo permitido y se interrumpió. Inténtalo de nuevo.',
  'backup-pinned': 'La copia no se eliminó: se conserva para siempre. Desmárcalo primero.',
  'backup-needed':
    'La copia no se eliminó: con ella se puede deshacer la última restauración. Espera hasta esa fecha, o pon 0 en los días para deshacer.',
  'backup-in-use': 'La copia no se eliminó: se está restaurando. Espera a que termine.',
  'backup-not-ours':
    'Esta copia es de otra instalación que usa la misma carpeta. Solo ella decide sobre la copia; aquí se puede restaurar.',
  'backup-undeletable':
    'No se puede eliminar el archivo. Revisa sus permisos y los de la carpeta; en Linux, `lsattr` muestra si está protegido.',
  'backup-last-verified': 'La copia no se eliminó: es la última verificada. Haz otra primero.',
  'not-a-file': 'Esto no es un archivo que se pueda leer. Elige el propio archivo.',
  'inside-data-directory': 'Whatslang está usando este archivo. Elige una copia que esté en otra carpeta.',
  empty: 'El archivo está vacío. Elige otro archivo.',
  'unknown-kind': 'El archivo no es una copia: contiene otra cosa. Descomprímelo primero o elige otro archivo.',
  damaged: 'El archivo está dañado. No ha cambiado nada. Elige otra copia o rescata lo que se pueda leer.',
  truncated: cutOff,
  'too-large': 'El archivo contiene demasiados datos. No se aceptó.',
  'too-much-compression': 'El archivo se descomprime a mucho más que cualquier copia. No se aceptó.',
  statement: 'El archivo contiene instrucciones que una copia normal no tiene. No ha cambiado nada.',
  schema: 'El archivo contiene tablas que no se pueden aceptar. No ha cambiado nada.',
  'newer-version': 'El archivo lo escribió un Whatslang más nuevo. Instala esa versión y restaura con ella.',
  'wrong-passphrase': wrongPassphrase,
  'passphrase-needed': 'El archivo está cifrado con una contraseña. Introduce la que valía cuando se hizo.',
  'key-needed': keyNeeded,
  'wrong-key': wrongKey,
  row: 'Una fila del archivo no encaja en su tabla. No ha cambiado nada.',
  'not-ours': notOurs,
  IO: 'La lectura o la escritura falló. Revisa los permisos de la carpeta y el estado del disco, e inténtalo de nuevo.',
  locked: 'Otro programa está usando la carpeta de datos. Ciérralo primero.',
  'older-version':
    'La base de datos es de una versión anterior. Inicia Whatslang una vez: hace una copia y la actualiza.',
  'migration-failed':
    'La base de datos no se pudo actualizar y está como estaba. Inicia la versión anterior de Whatslang e informa del problema.',
  unreadable: 'Este usuario no puede leer el archivo. Cambia el propietario o los permisos e inténtalo de nuevo.',
  'read-only-file':
    'No se puede escribir en el archivo. No ha cambiado nada. Permite la escritura en el archivo y en la carpeta.',
  'read-only-folder': 'No se puede escribir en la carpeta. No ha cambiado nada. Permite la escritura en la carpeta.',
  'no-folder': 'La carpeta no existe. Comprueba la ruta y que el disco está montado.',
  directory: 'Esto es una carpeta, y aquí hace falta un archivo. Comprueba la ruta.',
  'empty-file': 'El archivo está vacío y se dejó como está. Restaura una copia.',
  'not-a-database': 'El archivo no es una base de datos SQLite. Se dejó como está. Elige otro archivo.',
  'foreign-database': 'El archivo es la base de datos de otro programa. Se dejó como está.',
  'python-database': 'El archivo es del servicio de Python. Restáuralo para traer sus datos.',
  'schema-damaged': 'Las tablas de la base de datos no son las que deberían. Se dejó como está. Restaura una copia.',
  'unsafe-sqlite': 'Esta versión de SQLite tiene un error que puede perder datos. Actualiza Whatslang.',
  'pragma-refused': 'SQLite no aceptó un ajuste de seguridad. No ha cambiado nada. Informa del problema.',
  'import-failed': 'El archivo del servicio de Python no se pudo importar y está como estaba.',
  'foreign-owner': 'El archivo pertenece a otro usuario y no se usa. Comprueba su propietario.',
  'writable-by-others': 'Otros usuarios pueden cambiar este archivo, así que no se usa. Cambia los permisos.',
  'foreign-data-directory': 'La carpeta de datos pertenece a otro usuario. Usa ese usuario o cambia el propietario.',
  'invalid-config-file': 'No se puede leer config.yaml. Corrígelo o quítalo de ahí.',
  'invalid-environment': 'Una variable de entorno tiene un valor que no se puede usar. Corrígela.',
  'missing-config-file': 'El archivo de configuración indicado no existe. Comprueba la ruta.',
  'refused-config-file':
    'config.yaml no se usa: otros usuarios pueden cambiarlo. Cambia el propietario o los permisos.',
  'refused-file': 'El archivo no se usa: no es un archivo normal, es demasiado grande, u otros pueden cambiarlo.',
  cancelled: 'Se canceló; no ha cambiado nada.',
  chat: 'Este chat no está aquí. Añádelo, o espera su primer mensaje.',
  bot: 'No hay ningún bot con ese nombre. La página Bots muestra los que hay.',
  backup: 'No hay ninguna copia con ese nombre. Recarga la lista.',
  activity: 'Este registro ya no está aquí. Recarga la lista.',
  encryption: 'Cifra una copia para destinatarios o con una contraseña, no ambas cosas. No se hizo ninguna copia.',
  phone: 'Introduce el número con el prefijo del país, por ejemplo +55 11 99999 0001.',
  confirmation: 'No se eliminó nada. Para eliminarlo todo, escribe las palabras indicadas.',
  jid: 'WhatsApp no tiene esa dirección. Una dirección tiene la forma 5511999990001@s.whatsapp.net.',
  'file picker': 'Solo el programa de escritorio tiene un selector de archivos. Sube el archivo con el navegador.',
  'save dialog': 'Solo el programa de escritorio puede preguntar dónde guardar. Descarga el archivo con el navegador.',
  name: 'Este nombre pertenece a un bot del catálogo. Elige otro nombre.',
  prefix: 'Este prefijo pertenece a otro bot. Elige otro.',
  rules: 'Una de las reglas no se puede usar. Comprueba la expresión; no ha cambiado nada.',
  'sign-in': 'Este dispositivo ya no tiene la sesión iniciada aquí. Recarga la lista.',
  desktop: 'Solo el programa de escritorio puede hacerlo. Aquí, usa el navegador o la terminal.',
}

const bot: Told['bot'] = {
  translation: { label: 'Traducción', description: 'Traduce entre inglés y portugués, en ambos sentidos.' },
  trilingual_en_pt_el: { label: 'Trilingüe', description: 'Traduce entre inglés, portugués y griego.' },
  joke: { label: 'Chiste', description: 'Responde con un chiste corto sobre lo que se dijo.' },
  health_coach: {
    label: 'Consejero de salud',
    description: 'Consejos cotidianos sobre sueño, movimiento y comida. No es un médico.',
  },
  echo: {
    label: 'Eco',
    description: 'Repite lo que oye. Bueno para una primera prueba; no necesita modelo.',
  },
  auto_reply: {
    label: 'Respuesta automática',
    description: 'Responde a palabras clave con textos fijos que tú escribes. No necesita modelo.',
  },
}

const why: Told['why'] = {
  'command-line': '--data-dir indica la carpeta.',
  environment: 'una variable de entorno (DB_PATH o WHATSLANG_DATA_DIR) la indica.',
  'config-file': 'bot_settings.db_path en config.yaml la indica.',
  bootstrap: 'moviste la carpeta allí.',
  default: 'está en la carpeta de datos predeterminada.',
}
export const told: Told = { reason, finding, failure, bot, why }
