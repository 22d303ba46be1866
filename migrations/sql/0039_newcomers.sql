-- Accounts made within a week, by where they come from: asked with the facts of a newcomer, a hundred at most. When an
-- account was made stands beside each of its networks, so that one index answers, however many people a network has.
ALTER TABLE identity_networks ADD COLUMN registered_at timestamptz;
UPDATE identity_networks n SET registered_at = p.registered_at FROM identity_people p WHERE p.id = n.person_id;
ALTER TABLE identity_networks ALTER COLUMN registered_at SET NOT NULL;
CREATE INDEX ix_identity_networks_newcomers ON identity_networks (network_index, registered_at);
CREATE INDEX ix_identity_devices_newcomers ON identity_devices (install_index, first_seen_at); -- and who else uses this device
DROP INDEX ix_identity_devices_install_index;
