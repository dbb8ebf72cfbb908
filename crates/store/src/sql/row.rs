//! Rows: by place into tuples, by name into structs.

use crate::StoreError;
use rusqlite::types::ValueRef;
use sqlx::postgres::PgRow;
use sqlx::{Row as _, TypeInfo as _, ValueRef as _};
use std::cell::Cell;

/// A row that was read.
pub(crate) struct Row<'r> {
    of: Of<'r>,
    /// Behind the column that was read last by its name. Structs name columns in the order of the statement, so this
    /// is nearly always the next one, and nobody searches.
    next: Cell<usize>,
}

enum Of<'r> {
    File(&'r rusqlite::Row<'r>),
    Postgres(&'r PgRow),
}

/// A value as it is kept, of whatever type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kept {
    Nothing,
    Integer(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// What a row can be read into: tuples by place, structs (made by [`columns`]) by name.
pub(crate) trait FromRow: Sized {
    /// # Errors
    /// `Broken`: another number of columns, or other types.
    fn from_row(row: &Row<'_>) -> Result<Self, StoreError>;
}

/// Which column.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    Number(usize),
    Named(&'static str),
}

/// What a field of a struct, or a place of a tuple, is read from: one column or, for a struct in a struct, several.
pub(crate) trait Column: Sized {
    /// # Errors
    /// `Broken`: it is not there, or of another type.
    fn column(row: &Row<'_>, place: Place) -> Result<Self, StoreError>;
}

/// Structs whose fields are columns of that name. A field can be another of them: its columns are in the same row.
macro_rules! columns {
    ($(#[$about:meta])* $visible:vis struct $name:ident {
        $($(#[$of_field:meta])* $field:ident: $type:ty,)+
    }) => {
        $(#[$about])*
        $visible struct $name {
            $($(#[$of_field])* $field: $type,)+
        }

        impl $crate::sql::FromRow for $name {
            fn from_row(row: &$crate::sql::Row<'_>) -> Result<Self, $crate::StoreError> {
                Ok(Self {
                    $($field: row.named(stringify!($field))?,)+
                })
            }
        }

        impl $crate::sql::Column for $name {
            fn column(
                row: &$crate::sql::Row<'_>,
                _: $crate::sql::Place,
            ) -> Result<Self, $crate::StoreError> {
                $crate::sql::FromRow::from_row(row)
            }
        }
    };
}
pub(crate) use columns;

impl<'r> Row<'r> {
    pub(crate) fn of_file(row: &'r rusqlite::Row<'r>) -> Self {
        Self {
            of: Of::File(row),
            next: Cell::new(0),
        }
    }

    pub(crate) fn of_postgres(row: &'r PgRow) -> Self {
        Self {
            of: Of::Postgres(row),
            next: Cell::new(0),
        }
    }

    pub(crate) fn named<T: Column>(&self, name: &'static str) -> Result<T, StoreError> {
        T::column(self, Place::Named(name))
    }

    /// The whole row, in the order of its columns.
    ///
    /// # Errors
    /// `Broken`: a type that no column of ours has.
    pub(crate) fn kept(&self) -> Result<Vec<Kept>, StoreError> {
        match self.of {
            Of::File(row) => (0..row.as_ref().column_count())
                .map(|index| Kept::of_file(row.get_ref(index)?))
                .collect(),
            Of::Postgres(row) => (0..row.len())
                .map(|index| Kept::of_postgres(row, index))
                .collect(),
        }
    }

    fn read<T: One>(&self, place: Place) -> Result<T, StoreError> {
        match self.of {
            Of::File(row) => {
                let index = match place {
                    Place::Number(index) => index,
                    Place::Named(name) => self.search(row, name)?,
                };
                let value = row.get_ref(index)?;
                T::of_file(value).ok_or_else(|| {
                    StoreError::Broken(format!("column {place:?} is {}", value.data_type()))
                })
            }
            Of::Postgres(row) => Ok(match place {
                Place::Number(index) => T::of_postgres(row, index)?,
                Place::Named(name) => T::of_postgres(row, name)?,
            }),
        }
    }

    fn search(&self, row: &rusqlite::Row<'_>, name: &str) -> Result<usize, StoreError> {
        let statement: &rusqlite::Statement<'_> = row.as_ref();
        let next = self.next.get();
        let index = match statement.column_name(next) {
            Ok(there) if there == name => next,
            _ => statement.column_index(name)?,
        };
        self.next.set(index + 1);
        Ok(index)
    }
}

impl Kept {
    fn of_file(value: ValueRef<'_>) -> Result<Self, StoreError> {
        Ok(match value {
            ValueRef::Null => Self::Nothing,
            ValueRef::Integer(value) => Self::Integer(value),
            ValueRef::Text(value) => Self::Text(
                String::from_utf8(value.to_vec())
                    .map_err(|_| StoreError::Broken("a text that is not UTF-8".into()))?,
            ),
            ValueRef::Blob(value) => Self::Bytes(value.to_vec()),
            ValueRef::Real(_) => {
                return Err(StoreError::Broken("a number with a fraction".into()));
            }
        })
    }

    fn of_postgres(row: &PgRow, index: usize) -> Result<Self, StoreError> {
        let value = row.try_get_raw(index)?;
        if value.is_null() {
            return Ok(Self::Nothing);
        }
        Ok(match value.type_info().name() {
            "BYTEA" => Self::Bytes(row.try_get(index)?),
            "TEXT" => Self::Text(row.try_get(index)?),
            _ => Self::Integer(integer(row, index)?),
        })
    }
}

/// What one column can hold.
trait One: Sized {
    /// `None`: of another type.
    fn of_file(value: ValueRef<'_>) -> Option<Self>;

    fn of_postgres<I: At>(row: &PgRow, at: I) -> Result<Self, sqlx::Error>;
}

/// A place or a name.
trait At: sqlx::ColumnIndex<PgRow> + Copy {}

impl<I: sqlx::ColumnIndex<PgRow> + Copy> At for I {}

macro_rules! ones {
    ($($type:ty: $pattern:pat => $value:expr, $postgres:path;)+) => {
        $(
            impl One for $type {
                fn of_file(value: ValueRef<'_>) -> Option<Self> {
                    match value {
                        $pattern => $value,
                        _ => None,
                    }
                }

                fn of_postgres<I: At>(row: &PgRow, at: I) -> Result<Self, sqlx::Error> {
                    $postgres(row, at)
                }
            }

            impl One for Option<$type> {
                fn of_file(value: ValueRef<'_>) -> Option<Self> {
                    match value {
                        ValueRef::Null => Some(None),
                        value => <$type>::of_file(value).map(Some),
                    }
                }

                fn of_postgres<I: At>(row: &PgRow, at: I) -> Result<Self, sqlx::Error> {
                    if row.try_get_raw(at)?.is_null() {
                        return Ok(None);
                    }
                    <$type>::of_postgres(row, at).map(Some)
                }
            }

            impl Column for $type {
                fn column(row: &Row<'_>, place: Place) -> Result<Self, StoreError> {
                    row.read(place)
                }
            }

            impl Column for Option<$type> {
                fn column(row: &Row<'_>, place: Place) -> Result<Self, StoreError> {
                    row.read(place)
                }
            }
        )+
    };
}

ones! {
    i64: ValueRef::Integer(value) => Some(value), integer;
    String: ValueRef::Text(value) => std::str::from_utf8(value).ok().map(str::to_owned), PgRow::try_get;
    Vec<u8>: ValueRef::Blob(value) => Some(value.to_vec()), PgRow::try_get;
}

/// An integer of any width: columns are `BIGINT`, but a number in a statement is not.
fn integer<I: At>(row: &PgRow, at: I) -> Result<i64, sqlx::Error> {
    row.try_get(at)
        .or_else(|error| row.try_get::<i32, _>(at).map(i64::from).map_err(|_| error))
}

macro_rules! tuples {
    ($($($type:ident $place:literal),+;)+) => {
        $(
            impl<$($type: Column),+> FromRow for ($($type,)+) {
                fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
                    Ok(($($type::column(row, Place::Number($place))?,)+))
                }
            }
        )+
    };
}

tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11;
}
