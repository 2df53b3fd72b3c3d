//! Atlassian Connect.
