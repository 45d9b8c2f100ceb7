//! Who borrows a world, or keeps it in a box, has one too.

use super::{Reply, Request, World};
use crate::error::Result;

impl<W: World + ?Sized> World for &mut W {
    fn call(&mut self, request: Request) -> Result<Reply> {
        (**self).call(request)
    }

    fn interrupted(&self) -> bool {
        (**self).interrupted()
    }
}

impl<W: World + ?Sized> World for Box<W> {
    fn call(&mut self, request: Request) -> Result<Reply> {
        (**self).call(request)
    }

    fn interrupted(&self) -> bool {
        (**self).interrupted()
    }
}
