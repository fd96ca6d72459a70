//! Feeds as files in a folder, each replaced in one step. What stands in them is not known here.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use crate::alert::{deliver::failure::DeliveryFailure, render::visible::visible};

/// Writes files into a folder, which is made where it is missing; a file that is as it should be is
/// left alone. A reader sees each file before or after, never half.
pub fn write(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<(), DeliveryFailure> {
    let failure = |error: io::Error| DeliveryFailure::Folder {
        folder: visible(&folder.display().to_string()),
        reason: error.to_string(),
    };
    fs::create_dir_all(folder).map_err(failure)?;
    for (name, bytes) in files {
        let target = folder.join(name);
        if fs::read(&target).is_ok_and(|found| found == *bytes) {
            continue;
        }
        replace(folder, &target, bytes).map_err(failure)?;
    }
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failure)
}

fn replace(folder: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".feed").tempfile_in(folder)?;
    file.write_all(bytes)?;
    // A web server of another user reads them.
    file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    file.as_file().sync_all()?;
    file.persist(target).map_err(|error| error.error)?;
    Ok(())
}
