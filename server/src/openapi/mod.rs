//! The HTTP API for other programs (OpenAPI 3.1), out of the table of routes and the types of [`crate::api`].

mod description;
mod schema;

use axum::http::StatusCode;
use std::collections::BTreeMap;
use utoipa::openapi::{
    Components, Content, HttpMethod, Info, OpenApi, OpenApiBuilder, Paths, Ref, Response,
    path::{Operation, OperationBuilder},
    request_body::RequestBodyBuilder,
    schema::ComponentsBuilder,
    security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};

pub use description::{Description, says};

use crate::{error::ErrorCode, limits::Limited};

const JSON: &str = "application/json";
const TOKEN: &str = "accessToken";

/// A route as the table has it.
pub struct Described {
    /// In lower case.
    pub method: &'static str,
    /// The pattern.
    pub path: &'static str,
    /// Its limit.
    pub limited: Limited,
    /// What it takes and answers.
    pub description: Description,
}

/// The document about these routes.
#[must_use]
pub fn document(routes: impl Iterator<Item = Described>) -> OpenApi {
    let mut components = ComponentsBuilder::new();
    let (name, errors) = description::error_schemas();
    components = components.schemas_from_iter(errors);
    let mut paths = Paths::new();
    for route in routes {
        let method = match route.method {
            "post" => HttpMethod::Post,
            "put" => HttpMethod::Put,
            "delete" => HttpMethod::Delete,
            _ => HttpMethod::Get,
        };
        paths.add_path_operation(route.path, vec![method], operation(&route, &name));
        components = components.schemas_from_iter(route.description.schemas);
    }
    let mut components: Components = components.build();
    components.add_security_scheme(
        TOKEN,
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .bearer_format("JWT")
                .description(Some("The access token of register, login or refresh"))
                .build(),
        ),
    );
    let mut info = Info::new("Duet relay", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Accounts and public keys. Conversations go over the WebSocket at /ws (protocol.md, section 9). Whatever changes \
         something needs the Origin header of the site itself, as browsers send it."
            .to_owned(),
    );
    OpenApiBuilder::new()
        .info(info)
        .paths(paths)
        .components(Some(components))
        .build()
}

fn operation(route: &Described, error_schema: &str) -> Operation {
    let Described {
        method,
        path,
        description,
        ..
    } = route;
    let mut operation = OperationBuilder::new()
        .operation_id(Some(operation_id(method, path)))
        .summary(Some(description.summary))
        .parameters(Some(description.parameters.clone()));
    if description.token {
        operation = operation.security(SecurityRequirement::new(TOKEN, Vec::<String>::new()));
    }
    if let Some(body) = &description.body {
        operation = operation.request_body(Some(
            RequestBodyBuilder::new()
                .content(JSON, Content::new(Some(Ref::from_schema_name(body))))
                .required(Some(utoipa::openapi::Required::True))
                .build(),
        ));
    }
    let (status, schema) = &description.answer;
    let mut answer = Response::new("Done");
    if let Some(schema) = schema {
        answer
            .content
            .insert(JSON.to_owned(), Content::new(Some(schema.clone())).into());
    }
    operation = operation.response(status.as_str(), answer);
    for (status, codes) in refusals(route) {
        let codes: Vec<_> = codes.iter().map(|code| code.text()).collect();
        let mut refusal = Response::new(codes.join(", "));
        refusal.content.insert(
            JSON.to_owned(),
            Content::new(Some(Ref::from_schema_name(error_schema))).into(),
        );
        operation = operation.response(status.as_str(), refusal);
    }
    operation.build()
}

/// What a route can answer instead, by status: its own, and what every route like it has.
fn refusals(route: &Described) -> BTreeMap<StatusCode, Vec<ErrorCode>> {
    let Description {
        token,
        body,
        refusals,
        parameters,
        ..
    } = &route.description;
    let mut codes = vec![
        ErrorCode::RequestTimeout,
        ErrorCode::Internal,
        ErrorCode::Unavailable,
    ];
    if route.limited != Limited::Exempt {
        codes.push(ErrorCode::RateLimited);
    }
    if *token {
        codes.extend([ErrorCode::Unauthenticated, ErrorCode::TokenExpired]);
    }
    if route.method != "get" {
        codes.push(ErrorCode::OriginRefused);
    }
    if body.is_some() {
        codes.extend([ErrorCode::PayloadTooLarge, ErrorCode::UnsupportedMediaType]);
    }
    if body.is_some() || !parameters.is_empty() {
        codes.push(ErrorCode::InvalidRequest);
    }
    codes.extend_from_slice(refusals);
    let mut by_status: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for code in ErrorCode::ALL.iter().filter(|code| codes.contains(code)) {
        by_status.entry(code.status()).or_default().push(*code);
    }
    by_status
}

/// `get /api/identity/users/{id}/key` is `getIdentityUsersIdKey`.
fn operation_id(method: &str, path: &str) -> String {
    let mut id = method.to_owned();
    for part in path.trim_start_matches("/api").split(['/', '.']) {
        let part = part.trim_matches(['{', '}']);
        if let Some(first) = part.chars().next() {
            id.extend(first.to_uppercase());
            id.push_str(&part[first.len_utf8()..]);
        }
    }
    id
}
