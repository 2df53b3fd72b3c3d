//! The notice in Spanish.

use super::Text;

pub(super) const TEXT: Text = Text {
    lead: "Onbehalf pide actuar en su nombre en Confluence, a horas fijadas, mientras usted no está.",
    purpose: "Ejecuta las programaciones que figuran en «Programado para mí». Lo que hace cuenta como hecho por usted y lleva su nombre.",
    read: "Ver las páginas y los comentarios que usted puede ver.",
    read_write: "Ver lo que usted puede ver, y crear y cambiar páginas y comentarios en su nombre.",
    never: "Nunca hace más de lo que usted puede hacer, nunca conoce su contraseña y nunca actúa en su nombre una vez que esto ha terminado.",
    end: "Termina por sí solo en el momento que usted elija. Puede detenerlo aquí cuando quiera, y se detiene de inmediato.",
};
