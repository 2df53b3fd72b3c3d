use confluence_simulator::Person as SitePerson;
use onbehalf::capabilities::store::{ReadTenants, WriteConsents};
use onbehalf::capabilities::world::Clock;
use onbehalf::domain::consent::Consent;
use onbehalf::domain::ids::{AccountId, Subject, TenantKey};
use onbehalf::domain::language::Language;
use onbehalf::domain::notice::Notices;
use onbehalf::domain::policy::Lasting;
use onbehalf_contract::Access;

use crate::World;

impl World {
    /// So many more people of the site, each with a consent to read for 90 days, written as the app writes it. Answers
    /// their account ids.
    pub async fn crowd(&self, people: usize) -> Vec<String> {
        let store = self.app.store();
        let key = TenantKey::parse(self.installation().client_key).expect("a clientKey is a key");
        let tenant = store.tenant(&key).await.expect("the table can be read");
        let tenant = tenant.expect("the app is installed");
        let (notices, now) = (Notices::default(), self.clock.now());
        let terms = tenant.policy.check(Access::Read, Lasting::Days(90), now);
        let terms = terms.expect("the policy allows it");

        let first = self.site.people().all().len();
        let mut accounts = Vec::with_capacity(people);
        for number in first..first + people {
            let account = format!("712020:{number:08}");
            let person = SitePerson::ordinary(&format!("person-{number}"), &account, "Somebody");
            self.site.people().add(person).expect("they are new");
            let of = Subject {
                tenant: key.clone(),
                account: AccountId::parse(&account).expect("this is an account id"),
            };
            let notice = notices.in_language(Language::En);
            let when = tenant.circumstances(&notices, now);
            let change = Consent::grant(&of, None, &terms, &notice, &when).expect("they are new");
            store.write_consent(&change).await.expect("they are new");
            accounts.push(account);
        }
        accounts
    }
}
