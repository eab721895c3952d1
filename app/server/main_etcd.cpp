#include "app/server/serve.h"

int main(int argc, char** argv) {
    return slipway::server::serve(argc, argv, &slipway::store::openEtcdStore);
}
