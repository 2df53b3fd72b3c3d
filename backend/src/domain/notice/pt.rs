//! The notice in Portuguese.

use super::Text;

pub(super) const TEXT: Text = Text {
    lead: "O Onbehalf pede para agir em seu nome no Confluence, em horários definidos, enquanto você está ausente.",
    purpose: "Ele executa as programações listadas em “Programado para mim”. O que ele faz conta como feito por você e leva o seu nome.",
    read: "Ver as páginas e os comentários que você pode ver.",
    read_write: "Ver o que você pode ver, e criar e alterar páginas e comentários em seu nome.",
    never: "Ele nunca faz mais do que você mesmo pode fazer, nunca conhece a sua senha e nunca age em seu nome depois que isto termina.",
    end: "Termina sozinho no momento que você escolher. Você pode parar aqui a qualquer momento, e a parada é imediata.",
};
