//! The notice in French.

use super::Text;

pub(super) const TEXT: Text = Text {
    lead: "Onbehalf demande à agir en votre nom dans Confluence, à des heures fixées, en votre absence.",
    purpose: "Il exécute les tâches listées sous « Planifié pour moi ». Ce qu’il fait compte comme fait par vous et porte votre nom.",
    read: "Voir les pages et les commentaires que vous pouvez voir.",
    read_write: "Voir ce que vous pouvez voir, et créer et modifier des pages et des commentaires en votre nom.",
    never: "Il ne fait jamais plus que ce que vous pouvez faire vous-même, ne connaît jamais votre mot de passe et n’agit plus jamais en votre nom une fois que ceci a pris fin.",
    end: "Cela prend fin de soi-même à la date que vous choisissez. Vous pouvez l’arrêter ici à tout moment, et l’arrêt est immédiat.",
};
