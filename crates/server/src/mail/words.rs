//! What mails say: plain text, short, and nothing that is not needed. No link: whoever is used to pressing links in such
//! mails presses those of others too.

use super::codes::in_two;
use birdcall_protocol::Handle;

/// What a mail is about, with what it says of that.
pub(super) enum About<'a> {
    /// The code that shows that the address is theirs.
    EmailCode(&'a str),
    /// The code that sets a new password.
    PasswordCode(&'a str),
    /// Somebody else wanted this address.
    EmailTaken,
    /// The address is no longer theirs.
    EmailRemoved,
    /// The password is another one.
    PasswordChanged,
    /// The account will be deleted, on that day.
    Deletion(&'a str),
}

/// Subject and text.
pub(super) fn words(handle: &Handle, about: &About<'_>) -> (String, String) {
    let (subject, text) = match about {
        About::EmailCode(code) => {
            let code = in_two(code);
            (
                format!("{code} is your code"),
                format!(
                    "Your code for this address: {code}\n\n\
                     Type it into Birdcall to link this address to @{handle}. It is good for 20 minutes.\n\n\
                     If you did not ask for it, leave it: nothing happens without the code."
                ),
            )
        }
        About::PasswordCode(code) => {
            let code = in_two(code);
            (
                format!("{code} is your code for a new password"),
                format!(
                    "Your code for a new password of @{handle}: {code}\n\n\
                     Type it into Birdcall, where you asked for it. It is good once, for 30 minutes.\n\n\
                     If you did not ask for it, leave it: your password stays as it is. Tell nobody this code, \
                     whoever they say they are."
                ),
            )
        }
        About::EmailTaken => (
            "You have an account already".to_owned(),
            format!(
                "Somebody tried to link this address to another account. It is linked to @{handle}, and stays so.\n\n\
                 If it was you: sign in as @{handle} and remove the address there first. If not, you need not do \
                 anything."
            ),
        ),
        About::EmailRemoved => (
            "This address was removed from your account".to_owned(),
            format!(
                "This address is no longer linked to @{handle}. A forgotten password can no longer be reset by it.\n\n\
                 If it was not you, sign in, sign out all other devices and change your password."
            ),
        ),
        About::PasswordChanged => (
            "Your password was changed".to_owned(),
            format!(
                "The password of @{handle} is another one now, and its other devices were signed out.\n\n\
                 If it was not you, press \"Forgot your password?\" where you sign in, and set a new one by a code to this \
                 address."
            ),
        ),
        About::Deletion(day) => (
            format!("Your account will be deleted on {day}"),
            format!(
                "You asked to delete @{handle}. Until {day} you can change your mind: sign in and press \"Keep my \
                 account\". After that nothing can bring it back.\n\n\
                 If it was not you, sign in, keep the account and change your password."
            ),
        ),
    };
    (subject, text + "\n")
}
