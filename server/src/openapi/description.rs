//! What one route takes and answers, as a line of the table says it.

use axum::http::StatusCode;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr, Required, Schema,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};

use crate::error::{ErrorBody, ErrorCode};

type Schemas = Vec<(String, RefOr<Schema>)>;

/// What a route takes and answers.
pub struct Description {
    pub(super) summary: &'static str,
    pub(super) token: bool,
    pub(super) body: Option<String>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) answer: (StatusCode, Option<RefOr<Schema>>),
    pub(super) refusals: &'static [ErrorCode],
    pub(super) schemas: Schemas,
}

/// Begins with what it is for, in one line.
#[must_use]
pub fn says(summary: &'static str) -> Description {
    Description {
        summary,
        token: false,
        body: None,
        parameters: Vec::new(),
        answer: (StatusCode::NO_CONTENT, None),
        refusals: &[],
        schemas: Vec::new(),
    }
}

impl Description {
    /// Whoever asks is logged in.
    #[must_use]
    pub fn for_owner(mut self) -> Self {
        self.token = true;
        self
    }

    /// The JSON body.
    #[must_use]
    pub fn takes<T: ToSchema>(mut self) -> Self {
        self.body = Some(T::name().into_owned());
        self.know::<T>();
        self
    }

    /// A part of the path.
    #[must_use]
    pub fn part<T: ToSchema>(self, name: &'static str) -> Self {
        self.parameter::<T>(name, ParameterIn::Path, Required::True)
    }

    /// A parameter of the query that must be there.
    #[must_use]
    pub fn asks<T: ToSchema>(self, name: &'static str) -> Self {
        self.parameter::<T>(name, ParameterIn::Query, Required::True)
    }

    /// A parameter of the query that may be there.
    #[must_use]
    pub fn may_ask<T: ToSchema>(self, name: &'static str) -> Self {
        self.parameter::<T>(name, ParameterIn::Query, Required::False)
    }

    /// The JSON of the answer, with 200.
    #[must_use]
    pub fn answers<T: ToSchema>(self) -> Self {
        self.answers_with::<T>(StatusCode::OK)
    }

    /// The JSON of the answer.
    #[must_use]
    pub fn answers_with<T: ToSchema>(mut self, status: StatusCode) -> Self {
        self.answer = (status, Some(Ref::from_schema_name(T::name()).into()));
        self.know::<T>();
        self
    }

    /// A JSON object of any form, with 200.
    #[must_use]
    pub fn answers_any(mut self) -> Self {
        let object = utoipa::openapi::schema::Object::new();
        self.answer = (StatusCode::OK, Some(Schema::Object(object).into()));
        self
    }

    /// What it refuses with, beside what every route like it has.
    #[must_use]
    pub fn refuses(mut self, codes: &'static [ErrorCode]) -> Self {
        self.refusals = codes;
        self
    }

    fn parameter<T: ToSchema>(
        mut self,
        name: &'static str,
        place: ParameterIn,
        required: Required,
    ) -> Self {
        self.parameters.push(
            ParameterBuilder::new()
                .name(name)
                .parameter_in(place)
                .required(required)
                .schema(Some(T::schema()))
                .build(),
        );
        self
    }

    fn know<T: ToSchema>(&mut self) {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.schemas);
    }
}

/// The name of the body of every refusal, and all schemas that it needs.
pub(super) fn error_schemas() -> (String, Schemas) {
    let mut schemas = vec![(ErrorBody::name().into_owned(), ErrorBody::schema())];
    ErrorBody::schemas(&mut schemas);
    (ErrorBody::name().into_owned(), schemas)
}
