//! Which addresses may be reached: a rule that watches and channels share.

/// Which addresses a visit or a delivery may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressRule {
    /// Private, loopback, link-local and metadata addresses are refused.
    PublicOnly,
    /// The user allowed private addresses.
    AnyAddress,
}
