//! Objects with names and flow tables: they are there for rules to use (nft(8), STATEFUL OBJECTS and
//! FLOWTABLES).

use super::Filter;
use super::given;
use super::table::Table;
use crate::conntrack::Timeouts;
use netloom_model::ruleset::change::TableRef;
use netloom_model::ruleset::object::{Flowtable, Object, ObjectBody, ObjectKind};
use netloom_model::ruleset::set::{ElementData, MapData};
use netloom_model::ruleset::statement::{Counter, ObjectName, Statement};
use netloom_model::{Errno, Result};
use std::sync::Arc;

impl Table {
    /// Its object of a kind called `name`.
    pub(super) fn object(&self, kind: ObjectKind, name: &str) -> Option<&Object> {
        let mut all = self.objects.iter();
        all.find(|object| object.body.kind() == kind && object.name == name)
    }

    fn object_at(&self, kind: ObjectKind, name: &str) -> Result<usize> {
        let mut all = self.objects.iter();
        let found = all.position(|object| object.body.kind() == kind && object.name == name);
        found.ok_or_else(|| Errno::NOENT.into())
    }

    /// Whether what a statement uses by name is there.
    pub(super) fn has_what_it_uses(&self, statement: &Statement) -> bool {
        match statement {
            Statement::Object {
                kind,
                name: ObjectName::Name(name),
            } => self.object(*kind, name).is_some(),
            Statement::FlowAdd(name) => self.flowtables.iter().any(|f| f.name == *name),
            Statement::Update { set, .. } => self.set(set).is_some(),
            _ => true,
        }
    }
}

impl Filter {
    pub(super) fn add_object(
        &mut self,
        name: &TableRef,
        object: &Object,
        exclusive: bool,
    ) -> Result<()> {
        let at = self.table_at(name)?;
        let table = &mut self.tables[at];
        if let Ok(there) = table.object_at(object.body.kind(), &object.name) {
            if exclusive {
                return Err(Errno::EXIST.into());
            }
            // What a quota may be changes; the others stay as they are (`nft_obj_type` with `update`).
            if let (ObjectBody::Quota(old), ObjectBody::Quota(new)) =
                (&mut table.objects[there].body, &object.body)
            {
                old.bytes = new.bytes;
                old.over = new.over;
            }
            return Ok(());
        }
        given::check(&object.body, name.family)?;
        let handle = table.next_handle();
        if let ObjectBody::CtTimeout {
            protocol, policy, ..
        } = &object.body
        {
            let timeouts = Arc::new(Timeouts::of(*protocol, policy));
            table.timeouts.insert(object.name.clone(), timeouts);
        }
        table.objects.push(Object {
            handle,
            body: given::settled(&object.body),
            ..object.clone()
        });
        Ok(())
    }

    pub(super) fn del_object(
        &mut self,
        name: &TableRef,
        kind: ObjectKind,
        object: &str,
    ) -> Result<()> {
        let at = self.table_at(name)?;
        let there = self.tables[at].object_at(kind, object)?;
        let uses = |statement: &Statement| {
            matches!(statement, Statement::Object { kind: of, name: ObjectName::Name(name) }
                if *of == kind && name == object)
        };
        if self.some_statement(&self.tables[at], uses) || self.some_element(at, kind, object) {
            return Err(Errno::BUSY.into());
        }
        self.tables[at].objects.remove(there);
        match kind {
            ObjectKind::Limit => drop(self.tables[at].kept.remove(object)),
            ObjectKind::CtTimeout => drop(self.tables[at].timeouts.remove(object)),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn reset_object(
        &mut self,
        name: &TableRef,
        kind: ObjectKind,
        object: &str,
    ) -> Result<()> {
        let at = self.table_at(name)?;
        let there = self.tables[at].object_at(kind, object)?;
        match &mut self.tables[at].objects[there].body {
            ObjectBody::Counter(counter) => *counter = Counter::default(),
            ObjectBody::Quota(quota) => quota.used = 0,
            _ => {}
        }
        Ok(())
    }

    pub(super) fn add_flowtable(
        &mut self,
        name: &TableRef,
        flowtable: &Flowtable,
        exclusive: bool,
    ) -> Result<()> {
        let at = self.table_at(name)?;
        let table = &mut self.tables[at];
        let there = table
            .flowtables
            .iter_mut()
            .find(|f| f.name == flowtable.name);
        if let Some(there) = there {
            if exclusive {
                return Err(Errno::EXIST.into());
            }
            if there.priority != flowtable.priority {
                return Err(Errno::OPNOTSUPP.into());
            }
            for device in &flowtable.devices {
                if !there.devices.contains(device) {
                    there.devices.push(device.clone());
                }
            }
            return Ok(());
        }
        let handle = table.next_handle();
        table.flowtables.push(Flowtable {
            handle,
            ..flowtable.clone()
        });
        Ok(())
    }

    pub(super) fn del_flowtable(&mut self, name: &TableRef, flowtable: &str) -> Result<()> {
        let at = self.table_at(name)?;
        let mut all = self.tables[at].flowtables.iter();
        let there = all.position(|f| f.name == flowtable).ok_or(Errno::NOENT)?;
        let uses = |statement: &Statement| matches!(statement, Statement::FlowAdd(name) if name == flowtable);
        if self.some_statement(&self.tables[at], uses) {
            return Err(Errno::BUSY.into());
        }
        self.tables[at].flowtables.remove(there);
        Ok(())
    }

    /// Whether some statement of a table's rules is so.
    pub(super) fn some_statement(&self, table: &Table, so: impl Fn(&Statement) -> bool) -> bool {
        let chains = table.chains.iter().map(|chain| &self.chains[chain.0]);
        let mut rules = chains.flat_map(|chain| chain.rules.iter());
        rules.any(|rule| rule.rule.statements.iter().any(&so))
    }

    /// Whether some element of a table's maps has an object.
    fn some_element(&self, at: usize, kind: ObjectKind, object: &str) -> bool {
        let sets = self.tables[at]
            .sets
            .iter()
            .map(|(_, set)| &self.sets[set.0]);
        let mut maps = sets.filter(|set| set.set.data == Some(MapData::Objects(kind)));
        maps.any(|map| {
            map.data()
                .any(|data| matches!(data, ElementData::Object(name) if name == object))
        })
    }
}
